import { isMain, Pool } from '@p8/multiprocessing';

export function square(x: number): number {
  return x * x;
}

if (isMain(import.meta)) {
  await using pool = new Pool(2);
  console.log(await pool.apply(square, [7]));
  console.log(await pool.map(square, [1, 2, 3]));
  for await (const result of pool.imap(square, [4, 5])) console.log(result);
  console.log(pool.applySync(square, [6]));
}
