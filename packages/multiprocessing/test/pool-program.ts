/** A program with a pool whose processes compute for ever; prints their numbers, and then ends as it is told, or waits for its own end. */
import { isMain, Pipe, Pool } from '../src/index.ts';
import { compute, double } from './pool-tasks.ts';

if (isMain(import.meta)) await main(process.argv[2] as string);

async function main(how: string): Promise<void> {
  const pool = new Pool(2);
  if (how === 'idle') {
    console.log(await pool.map(double, [1, 2]));
    return;
  }
  const pids = await Promise.all(
    [0, 1].map(async () => {
      const [here, there] = Pipe();
      pool.applyAsync(compute, [there]);
      return await here.recv();
    }),
  );
  console.log(pids.join(' '));
  if (how === 'exit') process.exit(0);
}
