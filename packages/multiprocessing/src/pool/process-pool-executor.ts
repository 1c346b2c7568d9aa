/** https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor */
import { availableParallelism } from 'node:os';
import { ValueError } from '@p8/errors';
import { checkInitializer, Crew, PoolExecutor } from '@p8/threading/engine';
import type { Initializing } from '@p8/threading/engine';
import type { Context } from '../process/context.ts';
import { getStartMethod } from '../process/start-method.ts';
import { checkLimit, ProcessRecruiter } from './process-recruiter.ts';

export type ProcessPoolExecutorOptions<InitArgs extends readonly unknown[] = []> = Initializing<InitArgs> & {
  /** The most processes; they start when there is work for them. Default: as many as threads can run at once. */
  readonly maxWorkers?: number | undefined;
  /** How the processes start. Default: as {@link getStartMethod} says. */
  readonly mpContext?: Pick<Context, 'getStartMethod'> | undefined;
  /** After so many calls a process is replaced by a new one. Default: null, no limit. */
  readonly maxTasksPerChild?: number | null | undefined;
  /** A process is replaced after the call by which its resident memory has exceeded so many bytes. Default: null, no limit. */
  readonly maxMemoryPerChild?: number | null | undefined;
};

/**
 * Calls exported functions in processes.
 *
 *     await using executor = new ProcessPoolExecutor({ maxWorkers: 4 });
 *     const total = await executor.submit(sum, 1, 2);
 *
 * A call whose process goes away (a signal, `process.exit`, no memory) fails with WorkerLostError; the process is replaced, and the
 * executor goes on. The program does not end before the calls are done.
 */
export class ProcessPoolExecutor<InitArgs extends readonly unknown[] = []> extends PoolExecutor {
  readonly #crew: Crew;
  readonly #recruiter: ProcessRecruiter;

  constructor(options: ProcessPoolExecutorOptions<InitArgs> | number = {}) {
    const given: ProcessPoolExecutorOptions<InitArgs> = typeof options === 'number' ? { maxWorkers: options } : options;
    const { maxWorkers = availableParallelism(), mpContext, initializer, initargs = [] } = given;
    const { maxTasksPerChild = null, maxMemoryPerChild = null } = given;
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new ValueError(`maxWorkers must be greater than 0, not ${maxWorkers}`);
    }
    checkLimit('maxTasksPerChild', maxTasksPerChild);
    checkLimit('maxMemoryPerChild', maxMemoryPerChild);
    checkInitializer(initializer);
    const startMethod = mpContext?.getStartMethod() ?? getStartMethod();
    const limits = { maxTasks: maxTasksPerChild, maxMemory: maxMemoryPerChild };
    const recruiter = new ProcessRecruiter(maxWorkers, {
      startMethod,
      initializer,
      initargs,
      ...limits,
      daemon: false,
    });
    const crew = new Crew(maxWorkers, recruiter);
    super(crew);
    this.#crew = crew;
    this.#recruiter = recruiter;
  }

  /** Shuts down at once: ends all processes by SIGTERM; calls that are not done fail with CancelledError. */
  terminateWorkers(): void {
    this.#crew.terminate();
    void this.shutdown({ wait: false });
  }

  /** As {@link terminateWorkers}, by SIGKILL. */
  killWorkers(): void {
    this.terminateWorkers();
    this.#recruiter.kill();
  }
}
