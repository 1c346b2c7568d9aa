/** The lazy maps of a pool: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.imap */
import { TimeoutError } from '@p8/errors';
import type { Crew } from './crew.ts';
import { chunked } from './executor.ts';
import { blockUntil } from './inbox.ts';
import { keepAlive } from './keep-alive.ts';
import { asList } from './numbers.ts';
import { Task } from './task.ts';
import type { Callable, Job, Mode } from './task.ts';
import { deadlineOf } from './waiting.ts';
import type { Seconds, SignalOptions } from './waiting.ts';
import { within } from './within.ts';

/** Chunks that are given out before their results are taken. */
const AHEAD = 256;

export interface ResultIteratorOptions extends SignalOptions {
  readonly chunksize: number;
  /** Whether results come in the order of their items. */
  readonly ordered: boolean;
}

type Outcome<R> = { readonly values: readonly R[] } | { readonly error: unknown };

/** Results as they are taken: with `for await`, or one by one with a time limit. After an error of one call the others go on. */
export class ResultIterator<R> implements AsyncIterableIterator<R, undefined, undefined>, Job {
  readonly #crew: Crew;
  readonly #chunks: Iterator<unknown[], undefined>;
  readonly #make: (values: readonly unknown[], index: number) => Task;
  readonly #ordered: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #outcomes = new Map<number, Outcome<R>>();
  readonly #tasks = new Set<Task>();
  #taken: R[] = [];
  #next = 0;
  #given = 0;
  #exhausted = false;
  #news: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(
    crew: Crew,
    fn: Callable,
    mode: Mode,
    items: Iterable<unknown>,
    { chunksize, ordered, signal }: ResultIteratorOptions,
  ) {
    signal?.throwIfAborted();
    this.#crew = crew;
    this.#chunks = chunked(items, chunksize);
    this.#make = (values, index) => new Task(fn, mode, crew.hold(fn, values, 0, values.length) ?? values, this, index);
    this.#ordered = ordered;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
    this.#fill();
  }

  /** The next result. Rejects with the error of that call, or after `timeout` seconds with TimeoutError. */
  async next(timeout?: Seconds | null, { signal }: SignalOptions = {}): Promise<IteratorResult<R, undefined>> {
    const deadline = deadlineOf({ timeout: timeout ?? null });
    signal?.throwIfAborted();
    keepAlive(1);
    try {
      while (!this.#ready()) {
        this.#news = Promise.withResolvers();
        if (!(await within(this.#news.promise, deadline, signal))) throw new TimeoutError();
      }
    } finally {
      keepAlive(-1);
    }
    return this.#take();
  }

  /** As {@link next}, but blocks this thread. */
  nextSync(timeout?: Seconds | null): IteratorResult<R, undefined> {
    const deadline = deadlineOf({ timeout: timeout ?? null });
    if (!blockUntil(() => this.#ready(), deadline)) throw new TimeoutError();
    return this.#take();
  }

  /** Gives it up: what was not begun is taken back. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#giveUp();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  succeed(task: Task, values: unknown): void {
    this.#settle(task, { values: asList(values) as R[] });
  }

  fail(task: Task, error: unknown): void {
    this.#settle(task, { error });
  }

  readonly #abort = (): void => {
    this.#giveUp();
    this.#outcomes.set(this.#next, { error: this.#signal?.reason });
    this.#news.resolve();
  };

  #giveUp(): void {
    this.#exhausted = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#crew.withdraw([...this.#tasks]);
    this.#tasks.clear();
    this.#outcomes.clear();
    this.#taken = [];
  }

  #settle(task: Task, outcome: Outcome<R>): void {
    if (!this.#tasks.delete(task)) return;
    this.#outcomes.set(task.index, outcome);
    this.#news.resolve();
  }

  #ready(): boolean {
    if (this.#taken.length > 0) return true;
    if (this.#ordered ? this.#outcomes.has(this.#next) : this.#outcomes.size > 0) return true;
    return this.#exhausted && this.#tasks.size === 0 && this.#outcomes.size === 0;
  }

  #take(): IteratorResult<R, undefined> {
    if (this.#taken.length === 0) this.#open();
    if (this.#taken.length === 0) {
      this.#signal?.removeEventListener('abort', this.#abort);
      return { done: true, value: undefined };
    }
    return { done: false, value: this.#taken.pop()! };
  }

  /** Opens the outcome whose turn it is. */
  #open(): void {
    const index = this.#ordered ? this.#next : this.#outcomes.keys().next().value;
    const outcome = index === undefined ? undefined : this.#outcomes.get(index);
    if (outcome === undefined) return;
    this.#outcomes.delete(index!);
    this.#next += 1;
    this.#fill();
    if ('error' in outcome) throw outcome.error;
    this.#taken = outcome.values.toReversed();
  }

  #fill(): void {
    const tasks: Task[] = [];
    while (!this.#exhausted && this.#tasks.size + this.#outcomes.size < AHEAD) {
      const { done, value } = this.#chunks.next();
      if (done) {
        this.#exhausted = true;
        break;
      }
      const task = this.#make(value, this.#given++);
      this.#tasks.add(task);
      tasks.push(task);
    }
    this.#crew.submitAll(tasks);
  }
}
