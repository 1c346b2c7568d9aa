/** A map of a pool: many tasks, one result. */
import type { Crew } from './crew.ts';
import { Future } from './future.ts';
import { Task } from './task.ts';
import type { Callable, Job, Mode } from './task.ts';

export interface MapJobOptions {
  readonly chunksize: number;
  /** Gives it up: what was not begun is taken back, and the result rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever items are done, in any order. */
  readonly progress?: ((done: number, all: number) => unknown) | undefined;
}

/** The first error ends it; what was not begun is then taken back. The items are read at once. */
export class MapJob implements Job {
  readonly future: Future<unknown[]> = new Future(this);
  readonly #crew: Crew;
  readonly #options: MapJobOptions;
  readonly #tasks: Task[];
  /** Made with all its places: no array of so many is built item by item. */
  readonly #results: unknown[];
  #done = 0;

  constructor(crew: Crew, fn: Callable, mode: Mode, items: readonly unknown[], options: MapJobOptions) {
    this.#crew = crew;
    this.#options = options;
    this.#results = [];
    this.#results.length = items.length;
    this.#tasks = [];
    options.signal?.throwIfAborted();
    for (let index = 0; index < items.length; index += options.chunksize) {
      const end = Math.min(index + options.chunksize, items.length);
      const values = crew.hold(fn, items, index, end) ?? items.slice(index, end);
      this.#tasks.push(new Task(fn, mode, values, this, index));
    }
    options.signal?.addEventListener('abort', this.#abort);
    crew.submitAll(this.#tasks);
    if (items.length === 0) this.#end(() => this.future.setResult([]));
  }

  isRunning(): boolean {
    return this.#tasks.some((task) => this.#crew.isRunning(task));
  }

  withdraw(): boolean {
    return false;
  }

  succeed(task: Task, values: unknown): void {
    if (this.future.done()) return;
    const results = values as ArrayLike<unknown>;
    for (let i = 0; i < results.length; i++) this.#results[task.index + i] = results[i];
    this.#done += results.length;
    this.#tellProgress();
    if (this.#done === this.#results.length) this.#end(() => this.future.setResult(this.#results));
  }

  fail(_task: Task, error: unknown): void {
    if (this.future.done()) return;
    this.#end(() => this.future.setException(error));
    this.#crew.withdraw(this.#tasks);
  }

  readonly #abort = (): void => this.fail(this.#tasks[0]!, this.#options.signal?.reason);

  #tellProgress(): void {
    try {
      this.#options.progress?.(this.#done, this.#results.length);
    } catch (error) {
      this.fail(this.#tasks[0]!, error);
    }
  }

  #end(settle: () => void): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    if (!this.future.done()) settle();
  }
}
