/** One call given to a pool, and its future. */
import type { Crew } from './crew.ts';
import { Future } from './future.ts';
import type { Call } from './future.ts';
import { Task } from './task.ts';
import type { Callable, Job, Mode } from './task.ts';

export class CallJob implements Job, Call {
  readonly future: Future<unknown> = new Future(this);
  readonly #crew: Crew;
  readonly #task: Task;
  readonly #signal: AbortSignal | undefined;

  /** @param signal gives it up: what has begun goes on unheard, and the future fails with the signal's reason */
  constructor(crew: Crew, fn: Callable, mode: Mode, values: readonly unknown[], signal?: AbortSignal) {
    this.#crew = crew;
    this.#signal = signal;
    this.#task = new Task(fn, mode, values, this);
    signal?.throwIfAborted();
    crew.submit(this.#task);
    if (!this.future.done()) signal?.addEventListener('abort', this.#abort);
  }

  isRunning(): boolean {
    return this.#crew.isRunning(this.#task);
  }

  withdraw(): boolean {
    return this.#crew.withdraw([this.#task]).length > 0;
  }

  succeed(_task: Task, value: unknown): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (!this.future.done()) this.future.setResult(value);
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
