import { isMain, Process, Queue } from '@p8/multiprocessing';

export async function double(numbers: Queue<number>, results: Queue<number>) {
  for await (const number of numbers) await results.put(2 * number);
}

if (isMain(import.meta)) {
  using numbers = new Queue<number>(100);
  using results = new Queue<number>();
  const workers = Array.from({ length: 2 }, () => new Process({ target: double, args: [numbers, results] }));
  for (const worker of workers) worker.start();
  for (let number = 1; number <= 10; number++) await numbers.put(number);
  numbers.shutdown();
  for (const worker of workers) await worker.join();
  console.log(results.items.reduce((sum, number) => sum + number));
}
