/** A program that is its own thread, with the package as it was built. */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { dump, load, loadSync } from '@p8/pickle';

export class BadPort extends RangeError {
  readonly port = 99999;
}

export function work(): never {
  throw new BadPort('too large');
}

if (isMainThread) {
  const worker = new Worker(import.meta.filename);
  worker.postMessage(dump([work]).data);
  const [answer] = (await once(worker, 'message')) as [unknown];
  const error = loadSync(answer) as BadPort;
  console.log(error instanceof BadPort, error.port, import.meta.resolve('@p8/pickle').endsWith('dist/index.js'));
} else {
  parentPort?.once('message', (data) => void answer(data));
}

async function answer(data: unknown): Promise<void> {
  const [target] = (await load(data)) as [() => void];
  try {
    target();
  } catch (error) {
    parentPort?.postMessage(dump(error).data);
  }
}
