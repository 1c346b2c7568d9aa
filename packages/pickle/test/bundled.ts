/** What is bundled: sends a function of its own to a thread, whose module is the argument. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { dump } from '../src/index.ts';

export function work(n: number): number {
  return n * 2;
}

export async function main(): Promise<void> {
  const worker = new Worker(process.argv[2]!, { execArgv: ['-C', '@p8/source'] });
  await once(worker, 'message');
  worker.postMessage(dump([work, 21]).data);
  const [answer] = (await once(worker, 'message')) as [unknown];
  console.log(answer);
  await worker.terminate();
}
