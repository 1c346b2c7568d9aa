/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.ThreadPool */
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import { ValueError } from '@p8/errors';
import { BasePool } from './base-pool.ts';
import { Crew } from './crew.ts';
import { checkInitializer } from './initializing.ts';
import type { Initializing } from './initializing.ts';
import { nextNumber } from './registry.ts';
import { ThreadRecruiter } from './thread-recruiter.ts';

export type ThreadPoolOptions<InitArgs extends readonly unknown[] = []> = Initializing<InitArgs> & {
  /** Limits of each thread's memory, for workers of their own. */
  readonly resourceLimits?: ResourceLimits | undefined;
};

/**
 * Threads that call exported functions.
 *
 *     await using pool = new ThreadPool(4);
 *     const sizes = await pool.map(measure, files);
 *
 * A call whose thread goes away (`process.exit`, no memory) fails with WorkerLostError; the thread is replaced. Leaving `await using`
 * terminates the pool, as in Python: what is not done then fails with CancelledError.
 */
export class ThreadPool<InitArgs extends readonly unknown[] = []> extends BasePool {
  constructor(threads?: number | null, options: ThreadPoolOptions<InitArgs> = {}) {
    const { initializer, initargs = [], resourceLimits } = options;
    const size = threads ?? availableParallelism();
    if (!Number.isInteger(size) || size < 1) throw new ValueError(`Number of threads must be at least 1, not ${size}`);
    checkInitializer(initializer);
    const number = nextNumber();
    const name = (place: number): string => `ThreadPool-${number} worker ${place + 1}`;
    super(new Crew(size, new ThreadRecruiter(size, { name, initializer, initargs, resourceLimits })));
  }
}
