import { expect, test } from 'vitest';
import { Event, ProcessPoolExecutor } from '@p8/multiprocessing';
import { ThreadPoolExecutor } from '@p8/threading';
import { executorSuite } from './executor-suite.ts';
import * as tasks from './executor-tasks.ts';

executorSuite('ProcessPoolExecutor', {
  make: (workers) => new ProcessPoolExecutor(workers),
  event: () => new Event(),
});

test('a blocking call hears of threads and of processes', async () => {
  await using processes = new ProcessPoolExecutor(1);
  await using threads = new ThreadPoolExecutor(1);
  const futures = [processes, threads, processes, threads].map((executor, n) => executor.submit(tasks.later, n));
  expect(futures.map((future) => future.resultSync())).toEqual([0, 1, 2, 3]);
});
