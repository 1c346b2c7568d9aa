/** One call given to a pool, and its future. */
import type { Crew } from './crew.ts';
import { Future } from './future.ts';
import type { Call } from './future.ts';
import { asList } from './numbers.ts';
import { Mode, Task } from './task.ts';
import type { Callable, Job } from './task.ts';

export class CallJob implements Job, Call {
  readonly future: Future<unknown> = new Future(this);
  readonly #crew: Crew;
  readonly #task: Task;
  readonly #signal: AbortSignal | undefined;

  /** @param signal gives it up: what has begun goes on unheard, and the future fails with the signal's reason */
  constructor(crew: Crew, fn: Callable, mode: Mode, values: readonly unknown[], signal?: AbortSignal) {
    this.#crew = crew;
    this.#signal = signal;
    signal?.throwIfAborted();
    const held = mode === Mode.call ? undefined : crew.hold(fn, values, 0, values.length);
    this.#task = new Task(fn, mode, held ?? values, this);
    crew.submit(this.#task);
    if (!this.future.done()) signal?.addEventListener('abort', this.#abort);
  }

  isRunning(): boolean {
    return this.#crew.isRunning(this.#task);
  }

  withdraw(): boolean {
    return this.#crew.withdraw([this.#task]).length > 0;
  }

  succeed({ mode }: Task, value: unknown): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (!this.future.done()) this.future.setResult(mode === Mode.call ? value : asList(value));
  }

  fail(_task: Task, error: unknown): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (!this.future.done()) this.future.setException(error);
  }

  readonly #abort = (): void => {
    this.withdraw();
    this.fail(this.#task, this.#signal?.reason);
  };
}
