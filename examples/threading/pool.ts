import { isMain, ThreadPool } from '@p8/threading';

export function square(n: number): number {
  return n * n;
}

if (isMain(import.meta)) {
  await using pool = new ThreadPool(2);
  console.log(await pool.apply(square, [7]));
  console.log(
    await pool.map(square, [1, 2, 3], { progress: (done, all) => console.log(`${done} of ${all}`), chunksize: 3 }),
  );
  for await (const result of pool.imap(square, [4, 5])) console.log(result);
  console.log(pool.applySync(square, [6]));
}
