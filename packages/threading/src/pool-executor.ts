/** What executors over a crew have in common. */
import { ResourceWarning, RuntimeError, warn } from '@p8/errors';
import { CallJob } from './call-job.ts';
import type { Crew } from './crew.ts';
import { Executor } from './executor.ts';
import type { ShutdownOptions } from './executor.ts';
import type { Future } from './future.ts';
import type { Callable, Mode } from './task.ts';

export abstract class PoolExecutor extends Executor {
  readonly #crew: Crew;

  constructor(crew: Crew) {
    super();
    this.#crew = crew;
    leaked.register(this, { crew, name: new.target.name }, this);
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
    if (broken) throw broken;
    if (closing) throw new RuntimeError('cannot schedule new futures after shutdown');
    return new CallJob(this.#crew, fn, mode, values).future;
  }
}

const leaked = new FinalizationRegistry(({ crew, name }: { readonly crew: Crew; readonly name: string }) => {
  warn(`a ${name} was never shut down: use \`await using\`, or shutdown()`, ResourceWarning);
  crew.close();
});
