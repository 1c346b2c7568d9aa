import { asCompleted, FIRST_COMPLETED, isMain, ThreadPoolExecutor, wait } from '@p8/threading';

export function power(base: number, exponent: number): number {
  return base ** exponent;
}

if (isMain(import.meta)) {
  await using executor = new ThreadPoolExecutor(2);
  const future = executor.submit(power, 2, 10);
  console.log(await future, future.done(), await future.exception());

  const futures = [1, 2, 3].map((n) => executor.submit(power, n, 2));
  const { done } = await wait(futures, { returnWhen: FIRST_COMPLETED });
  console.log(done.size > 0);
  let sum = 0;
  for await (const { future } of asCompleted(futures)) sum += await future;
  console.log(sum);
  for await (const result of executor.map(power, [2, 3], [3, 2])) console.log(result);
}
