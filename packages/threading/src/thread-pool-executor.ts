/** https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor */
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import { ValueError } from '@p8/errors';
import { Crew } from './crew.ts';
import { checkInitializer } from './initializing.ts';
import type { Initializing } from './initializing.ts';
import { PoolExecutor } from './pool-executor.ts';
import { nextNumber } from './registry.ts';
import { ThreadRecruiter } from './thread-recruiter.ts';

export type ThreadPoolExecutorOptions<InitArgs extends readonly unknown[] = []> = Initializing<InitArgs> & {
  /** The most threads; they start when there is work for them. Default: as many as processors, and 4 more. */
  readonly maxWorkers?: number | undefined;
  /** Their names are this, `_` and a number. Default: `ThreadPoolExecutor-N`. */
  readonly threadNamePrefix?: string | undefined;
  /** Limits of each thread's memory, for workers of their own. */
  readonly resourceLimits?: ResourceLimits | undefined;
};

/**
 * Calls exported functions in threads.
 *
 *     await using executor = new ThreadPoolExecutor({ maxWorkers: 4 });
 *     const total = await executor.submit(sum, 1, 2);
 *
 * A call whose thread goes away (`process.exit`, no memory) fails with WorkerLostError; the thread is replaced. The program does not end
 * before the calls are done.
 */
export class ThreadPoolExecutor<InitArgs extends readonly unknown[] = []> extends PoolExecutor {
  constructor(options: ThreadPoolExecutorOptions<InitArgs> | number = {}) {
    const given: ThreadPoolExecutorOptions<InitArgs> = typeof options === 'number' ? { maxWorkers: options } : options;
    const { maxWorkers = Math.min(32, availableParallelism() + 4), initializer, initargs = [], resourceLimits } = given;
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new ValueError(`maxWorkers must be greater than 0, not ${maxWorkers}`);
    }
    checkInitializer(initializer);
    const prefix = given.threadNamePrefix ?? `ThreadPoolExecutor-${nextNumber() - 1}`;
    const name = (place: number): string => `${prefix}_${place}`;
    super(new Crew(maxWorkers, new ThreadRecruiter(maxWorkers, { name, initializer, initargs, resourceLimits })));
  }
}
