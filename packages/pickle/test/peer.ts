/** A thread that calls what it is sent, as a thread of @p8/threading does, and sends back what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { dump, load, loadSync } from '../src/index.ts';
import type { Parcel } from '../src/index.ts';

const port = parentPort!;

port.on('message', (data: unknown) => void answerTo(data));
port.postMessage('ready');

async function answerTo(data: unknown): Promise<void> {
  const answer = await outcome(data);
  port.postMessage(answer.data, answer.transfer);
  answer.sent();
}

async function outcome(data: unknown): Promise<Parcel> {
  try {
    const [target, ...args] = (workerData === 'loadSync' ? loadSync(data) : await load(data)) as Call;
    return dump({ value: await target(...args) });
  } catch (error) {
    return dump({ error });
  }
}

type Call = [target: (...args: unknown[]) => unknown, ...args: unknown[]];
