import { parentPort } from 'node:worker_threads';
import { dump, load } from '@p8/pickle';

parentPort?.on('message', (data) => void answer(data));

async function answer(data: unknown) {
  const [target, ...args] = (await load(data)) as [(...args: unknown[]) => unknown, ...unknown[]];
  try {
    parentPort?.postMessage(dump({ value: await target(...args) }).data);
  } catch (error) {
    parentPort?.postMessage(dump({ error }).data);
  }
}
