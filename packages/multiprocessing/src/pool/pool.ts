/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool */
import { availableParallelism } from 'node:os';
import { ValueError } from '@p8/errors';
import { BasePool, checkInitializer, Crew } from '@p8/threading/engine';
import type { Initializing } from '@p8/threading/engine';
import type { Context } from '../process/context.ts';
import type { StartMethod } from '../process/job.ts';
import { getStartMethod } from '../process/start-method.ts';
import { checkLimit, ProcessRecruiter } from './process-recruiter.ts';

export type PoolOptions<InitArgs extends readonly unknown[] = []> = Initializing<InitArgs> & {
  /** After so many tasks a process is replaced by a new one; a task is a call, or a chunk of a map. Default: null, no limit. */
  readonly maxtasksperchild?: number | null | undefined;
  /** A process is replaced after the task by which its resident memory has exceeded so many bytes. Default: null, no limit. */
  readonly maxMemoryPerChild?: number | null | undefined;
  /** How the processes start. Default: as {@link getStartMethod} says. */
  readonly context?: Pick<Context, 'getStartMethod'> | undefined;
};

/**
 * Processes that call exported functions.
 *
 *     await using pool = new Pool(4);
 *     const sizes = await pool.map(measure, files);
 *
 * A call whose process goes away (a signal, `process.exit`, no memory) fails with WorkerLostError; the process is replaced. Leaving
 * `await using` terminates the pool, as in Python: what is not done then fails with CancelledError.
 */
export class Pool<InitArgs extends readonly unknown[] = []> extends BasePool {
  /** How the processes of this class start; null: as {@link getStartMethod} says. */
  static readonly startMethod: StartMethod | null = null;

  /**
   * Starts so many processes: by default, as many as threads can run at once. Raises ValueError for what is no number of them,
   * PicklingError for an initializer that cannot be sent, and the OSError of posix_spawn(3).
   */
  constructor(processes?: number | null, options: PoolOptions<InitArgs> = {}) {
    const { initializer, initargs = [], maxtasksperchild = null, maxMemoryPerChild = null, context } = options;
    const size = processes ?? availableParallelism();
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`Number of processes must be at least 1, not ${size}`);
    checkLimit('maxtasksperchild', maxtasksperchild);
    checkLimit('maxMemoryPerChild', maxMemoryPerChild);
    checkInitializer(initializer);
    const startMethod = context?.getStartMethod() ?? new.target.startMethod ?? getStartMethod();
    const limits = { maxTasks: maxtasksperchild, maxMemory: maxMemoryPerChild };
    super(new Crew(size, new ProcessRecruiter(size, { startMethod, initializer, initargs, ...limits, daemon: true })));
  }
}

/** {@link Pool} by a fresh process each time. */
export class SpawnPool<InitArgs extends readonly unknown[] = []> extends Pool<InitArgs> {
  static override readonly startMethod: StartMethod = 'spawn';
}

/** {@link Pool} by the warm spare. */
export class ForkServerPool<InitArgs extends readonly unknown[] = []> extends Pool<InitArgs> {
  static override readonly startMethod: StartMethod = 'forkserver';
}
