import { Event, ThreadPoolExecutor } from '@p8/threading';
import { executorSuite } from './executor-suite.ts';

executorSuite('ThreadPoolExecutor', {
  make: (workers) => new ThreadPoolExecutor(workers),
  event: () => new Event(),
});
