import { isMain, Pool } from '@p8/multiprocessing';

export async function foo(i: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return i + 100;
}

function bar(result: number): void {
  console.log('-->exec done:', result);
}

if (isMain(import.meta)) {
  const pool = new Pool(5);
  for (let i = 0; i < 10; i++) pool.applyAsync(foo, [i], { callback: bar });
  console.log('apply:', await pool.apply(foo, [42]));
  console.log('end');
  pool.close();
  await pool.join();
}
