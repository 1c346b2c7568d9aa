/** What all executors offer: https://docs.python.org/3/library/concurrent.futures.html#executor-objects */
import { TimeoutError, ValueError } from '@p8/errors';
import type { Future } from './future.ts';
import { Mode } from './task.ts';
import type { Callable } from './task.ts';
import { deadlineOf } from './waiting.ts';
import type { Seconds, SignalOptions } from './waiting.ts';

export interface MapOptions extends SignalOptions {
  /** For all results together, in seconds from the call. Default: null, no limit. */
  readonly timeout?: Seconds | null | undefined;
  /** How many items a task has. Default: 1. */
  readonly chunksize?: number | undefined;
  /** How many tasks may be submitted before their results are taken. Default: all are submitted at once. */
  readonly buffersize?: number | null | undefined;
}

export interface ShutdownOptions extends SignalOptions {
  /** Whether to wait for what was submitted. Default: true. */
  readonly wait?: boolean | undefined;
  /** Whether to cancel what has not begun. Default: false. */
  readonly cancelFutures?: boolean | undefined;
}

/** An iterable for each parameter. */
export type Iterables<Args extends readonly unknown[]> = { [K in keyof Args]: Iterable<Args[K]> };

/** Runs calls elsewhere. `submit`, `map` and `shutdown` are for callers; `start` and `shutdown` make an executor. */
export abstract class Executor implements AsyncDisposable {
  /** Calls the function with these arguments, elsewhere. Raises RuntimeError after `shutdown`. Never waits. */
  submit<Args extends readonly unknown[], R>(fn: (...args: Args) => R, ...args: NoInfer<Args>): Future<Awaited<R>> {
    return this.start(fn, Mode.call, args) as Future<Awaited<R>>;
  }

  /**
   * Calls the function with the items of an iterable, or of several side by side until the shortest ends. Gives the results in their
   * order; the first error ends it. What was not begun is cancelled when the iteration is given up.
   */
  map<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    ...rest: [...Iterables<Args>, options?: MapOptions]
  ): AsyncGenerator<Awaited<R>, undefined, undefined> {
    const { iterables, options } = split(rest);
    const { timeout = null, chunksize = 1, buffersize = null, signal } = options;
    checkCount('chunksize', chunksize);
    if (buffersize !== null) checkCount('buffersize', buffersize);
    const mode = iterables.length === 1 ? Mode.each : Mode.star;
    const items = iterables.length === 1 ? iterables[0]! : zip(iterables);
    const chunks = chunked(items, chunksize);
    const futures: Future<unknown[]>[] = [];
    const most = buffersize ?? Infinity;
    const fill = (): void => {
      while (futures.length < most) {
        const chunk = chunks.next();
        if (chunk.done) return;
        futures.push(this.start(fn, mode, chunk.value) as Future<unknown[]>);
      }
    };
    const deadline = deadlineOf({ timeout });
    fill();
    return results(futures, fill, deadline, signal) as AsyncGenerator<Awaited<R>, undefined, undefined>;
  }

  /** Takes no more calls. Waits for those it has, unless told not to. Twice is fine. */
  abstract shutdown(options?: ShutdownOptions): Promise<void>;

  /** Begins a call, or with a mode other than `call` one for each of the values. */
  protected abstract start(fn: Callable, mode: Mode, values: readonly unknown[]): Future<unknown>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}

async function* results(
  futures: Future<unknown[]>[],
  fill: () => void,
  deadline: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, undefined, undefined> {
  try {
    for (let next = futures.shift(); next !== undefined; next = futures.shift()) {
      const left = deadline === Infinity ? null : (deadline - performance.now()) / 1000;
      if (left !== null && left <= 0 && !next.done()) throw new TimeoutError();
      const values = await next.result(left === null ? null : Math.max(0, left), { signal });
      fill();
      yield* values;
    }
  } finally {
    for (const future of futures) future.cancel();
  }
}

/** The last argument is the options if it is no iterable. */
function split(rest: readonly unknown[]): { readonly iterables: Iterable<unknown>[]; readonly options: MapOptions } {
  const last = rest.at(-1);
  const hasOptions = last === undefined || (typeof last === 'object' && last !== null && !(Symbol.iterator in last));
  const iterables = (hasOptions ? rest.slice(0, -1) : rest) as Iterable<unknown>[];
  for (const iterable of iterables) {
    if (typeof iterable?.[Symbol.iterator] !== 'function') {
      throw new TypeError(`map: each argument after the function must be iterable, not ${typeof iterable}`);
    }
  }
  if (iterables.length === 0) throw new TypeError('map: an iterable is missing after the function');
  return { iterables, options: hasOptions ? (last ?? {}) : {} };
}

/** The items in arrays of so many. */
export function* chunked<T>(items: Iterable<T>, size: number): Generator<T[], undefined, undefined> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

export function checkCount(name: string, count: unknown): void {
  if (!Number.isInteger(count) || (count as number) < 1) {
    throw new ValueError(`${name} must be a whole number from 1 up, not ${String(count)}`);
  }
}

function* zip(iterables: readonly Iterable<unknown>[]): Generator<unknown[], undefined, undefined> {
  const iterators = iterables.map((iterable) => iterable[Symbol.iterator]());
  for (;;) {
    const row: unknown[] = [];
    for (const iterator of iterators) {
      const { done, value } = iterator.next();
      if (done) return;
      row.push(value);
    }
    yield row;
  }
}
