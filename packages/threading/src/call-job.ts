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

  constructor(crew: Crew, fn: Callable, mode: Mode, values: readonly unknown[]) {
    this.#crew = crew;
    this.#task = new Task(fn, mode, values, this);
    crew.submit(this.#task);
  }

  isRunning(): boolean {
    return this.#crew.isRunning(this.#task);
  }

  withdraw(): boolean {
    return this.#crew.withdraw([this.#task]).length > 0;
  }

  succeed(_task: Task, value: unknown): void {
    if (!this.future.done()) this.future.setResult(value);
  }

  fail(_task: Task, error: unknown): void {
    if (!this.future.done()) this.future.setException(error);
  }
}
