import { Event, ProcessPoolExecutor } from '@p8/multiprocessing';
import { executorSuite } from './executor-suite.ts';

executorSuite('ProcessPoolExecutor', {
  make: (workers) => new ProcessPoolExecutor(workers),
  event: () => new Event(),
});
