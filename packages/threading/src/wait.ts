/** Waiting for several futures: https://docs.python.org/3/library/concurrent.futures.html#module-functions */
import { TimeoutError } from '@p8/errors';
import type { Future } from './future.ts';
import { blockUntil } from './inbox.ts';
import { keepAlive } from './keep-alive.ts';
import { deadlineOf } from './waiting.ts';
import type { BlockOptions, Seconds, SignalOptions, WaitOptions } from './waiting.ts';
import { within } from './within.ts';

/** `wait` returns when any future is done. */
export const FIRST_COMPLETED = 'FIRST_COMPLETED';
/** `wait` returns when any future has failed, or all are done. */
export const FIRST_EXCEPTION = 'FIRST_EXCEPTION';
/** `wait` returns when all are done. */
export const ALL_COMPLETED = 'ALL_COMPLETED';

export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

/** What `wait` found. */
export interface Waited<T> {
  readonly done: Set<Future<T>>;
  readonly notDone: Set<Future<T>>;
}

/** Waits until the futures are done, as many as `returnWhen` says, or until the time limit. Raises no error of theirs. */
export async function wait<T>(
  futures: Iterable<Future<T>>,
  options: WaitOptions & { readonly returnWhen?: ReturnWhen | undefined } = {},
): Promise<Waited<T>> {
  const all = new Set(futures);
  const enough = condition(all, options.returnWhen ?? ALL_COMPLETED);
  const deadline = deadlineOf(options);
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (enough()) resolve();
  };
  look();
  for (const future of all) future.addDoneCallback(look);
  keepAlive(1);
  try {
    await within(promise, deadline, options.signal);
  } finally {
    keepAlive(-1);
    for (const future of all) future.removeDoneCallback(look);
  }
  return sort(all);
}

/** As {@link wait}, but blocks this thread. */
export function waitSync<T>(
  futures: Iterable<Future<T>>,
  options: BlockOptions & { readonly returnWhen?: ReturnWhen | undefined } = {},
): Waited<T> {
  const all = new Set(futures);
  blockUntil(condition(all, options.returnWhen ?? ALL_COMPLETED), deadlineOf(options));
  return sort(all);
}

/** A future that is done. In an object, because `for await` and `await` take the result of what can be awaited. */
export interface Completed<T> {
  readonly future: Future<T>;
}

/**
 * Gives futures as they are done: `for await (const { future } of asCompleted(futures)) …`. Raises TimeoutError when some are not after
 * `timeout` seconds, counted from the call.
 */
export function asCompleted<T>(
  futures: Iterable<Future<T>>,
  timeout: Seconds | null = null,
  { signal }: SignalOptions = {},
): AsyncIterableIterator<Completed<T>, undefined, undefined> {
  return new CompletedIterator([...new Set(futures)], deadlineOf({ timeout }), signal);
}

class CompletedIterator<T> implements AsyncIterableIterator<Completed<T>, undefined, undefined> {
  readonly #futures: readonly Future<T>[];
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #ready: Future<T>[] = [];
  #left: number;
  #news: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(futures: readonly Future<T>[], deadline: number, signal: AbortSignal | undefined) {
    this.#futures = futures;
    this.#deadline = deadline;
    this.#signal = signal;
    this.#left = futures.length;
    for (const future of futures) future.addDoneCallback(this.#hear);
  }

  async next(): Promise<IteratorResult<Completed<T>, undefined>> {
    if (this.#left === 0) return { done: true, value: undefined };
    keepAlive(1);
    try {
      while (this.#ready.length === 0) {
        this.#news = Promise.withResolvers();
        if (!(await within(this.#news.promise, this.#deadline, this.#signal))) {
          throw new TimeoutError(`${this.#left} (of ${this.#futures.length}) futures unfinished`);
        }
      }
    } finally {
      keepAlive(-1);
    }
    this.#left -= 1;
    return { done: false, value: { future: this.#ready.shift()! } };
  }

  async return(): Promise<IteratorResult<Completed<T>, undefined>> {
    this.#left = 0;
    for (const future of this.#futures) future.removeDoneCallback(this.#hear);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #hear = (future: Future<T>): void => {
    this.#ready.push(future);
    this.#news.resolve();
  };
}

function condition<T>(all: ReadonlySet<Future<T>>, returnWhen: ReturnWhen): () => boolean {
  const futures = [...all];
  if (returnWhen === ALL_COMPLETED) return () => futures.every((future) => future.done());
  if (returnWhen === FIRST_COMPLETED) return () => futures.length === 0 || futures.some((future) => future.done());
  if (returnWhen === FIRST_EXCEPTION) return () => futures.some(hasFailed) || futures.every((future) => future.done());
  throw new TypeError(
    `returnWhen must be FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED, not ${String(returnWhen)}`,
  );
}

function hasFailed<T>(future: Future<T>): boolean {
  return future.done() && !future.cancelled() && future.exceptionSync() !== null;
}

function sort<T>(all: ReadonlySet<Future<T>>): Waited<T> {
  const [done, notDone] = [new Set<Future<T>>(), new Set<Future<T>>()];
  for (const future of all) (future.done() ? done : notDone).add(future);
  return { done, notDone };
}
