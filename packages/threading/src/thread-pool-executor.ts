/** https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor */
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import { ResourceWarning, RuntimeError, ValueError, warn } from '@p8/errors';
import { CallJob } from './call-job.ts';
import { Crew } from './crew.ts';
import type { Initializing } from './crew.ts';
import { Executor } from './executor.ts';
import type { ShutdownOptions } from './executor.ts';
import type { Future } from './future.ts';
import { BrokenThreadPool } from './future-errors.ts';
import { nextNumber } from './registry.ts';
import type { Callable, Mode } from './task.ts';

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
export class ThreadPoolExecutor<InitArgs extends readonly unknown[] = []> extends Executor {
  readonly #crew: Crew;

  constructor(options: ThreadPoolExecutorOptions<InitArgs> | number = {}) {
    super();
    const given: ThreadPoolExecutorOptions<InitArgs> = typeof options === 'number' ? { maxWorkers: options } : options;
    const { maxWorkers = Math.min(32, availableParallelism() + 4), initializer, initargs = [] } = given;
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new ValueError(`maxWorkers must be greater than 0, not ${maxWorkers}`);
    }
    if (initializer !== undefined && typeof initializer !== 'function') {
      throw new TypeError('initializer must be a callable');
    }
    const prefix = given.threadNamePrefix ?? `ThreadPoolExecutor-${nextNumber() - 1}`;
    const name = (place: number): string => `${prefix}_${place}`;
    this.#crew = new Crew({ size: maxWorkers, name, initializer, initargs, resourceLimits: given.resourceLimits });
    leaked.register(this, this.#crew, this);
  }

  override async shutdown({ wait = true, cancelFutures = false, signal }: ShutdownOptions = {}): Promise<void> {
    leaked.unregister(this);
    if (cancelFutures) this.#cancelWaiting();
    this.#crew.close();
    if (wait) await this.#crew.waitUntilOver(signal);
  }

  #cancelWaiting(): void {
    for (const { job } of this.#crew.tasks()) if (job instanceof CallJob) job.future.cancel();
  }

  protected override start(fn: Callable, mode: Mode, values: readonly unknown[]): Future<unknown> {
    if (typeof fn !== 'function') throw new TypeError(`fn must be an exported function, not ${String(fn)}`);
    const { broken, closing } = this.#crew;
    if (broken) throw new BrokenThreadPool(broken.message, { cause: broken.cause });
    if (closing) throw new RuntimeError('cannot schedule new futures after shutdown');
    return new CallJob(this.#crew, fn, mode, values).future;
  }
}

const leaked = new FinalizationRegistry((crew: Crew) => {
  warn('a ThreadPoolExecutor was never shut down: use `await using`, or shutdown()', ResourceWarning);
  crew.close();
});
