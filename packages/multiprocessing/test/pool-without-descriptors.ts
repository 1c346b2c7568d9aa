/** A program that has no descriptors left when it makes a pool, and has some again later. */
import { closeSync, openSync } from 'node:fs';
import { isMain, Pool, ProcessPoolExecutor } from '../src/index.ts';
import { double } from './pool-tasks.ts';

if (isMain(import.meta)) await main();

async function main(): Promise<void> {
  const executor = new ProcessPoolExecutor(2);
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // there are no more
  }
  console.log(await attempt(() => new Pool(2)));
  console.log(await attempt(() => executor.submit(double, 1)));
  for (const fd of taken) closeSync(fd);
  await using pool = new Pool(2);
  console.log(await pool.apply(double, [1]), await executor.submit(double, 2));
  await executor.shutdown();
}

async function attempt(body: () => unknown): Promise<unknown> {
  try {
    return await body();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
