/** What all pools offer: https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.pool */
import { ResourceWarning, ValueError, warn } from '@p8/errors';
import { AsyncResult } from './async-result.ts';
import type { ResultCallbacks } from './async-result.ts';
import { CallJob } from './call-job.ts';
import type { Crew } from './crew.ts';
import { checkCount } from './executor.ts';
import type { Future } from './future.ts';
import { ResultIterator } from './imap.ts';
import type { ResultIteratorOptions } from './imap.ts';
import { blockUntil } from './inbox.ts';
import { MapJob } from './map-job.ts';
import { Mode } from './task.ts';
import type { Callable } from './task.ts';
import type { SignalOptions } from './waiting.ts';

export interface PoolMapOptions {
  /** How many items a task has. Default: so many that each thread or process gets four tasks. */
  readonly chunksize?: number | undefined;
  /** Gives the map up: what was not begun is taken back, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever items are done: `(done, all) => …`. */
  readonly progress?: ((done: number, all: number) => unknown) | undefined;
}

/** Calls exported functions elsewhere: in threads, or in processes. */
export abstract class BasePool implements AsyncDisposable {
  readonly #crew: Crew;

  constructor(crew: Crew) {
    this.#crew = crew;
    crew.hireAll();
    leaked.register(this, { crew, name: new.target.name }, this);
  }

  /** Calls the function elsewhere. With a signal, gives the call up: one that has begun goes on, but nobody hears of it. */
  async apply<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    ...[args, options]: ApplyParameters<Args, SignalOptions>
  ): Promise<Awaited<R>> {
    return this.#call<R>(fn, args, options?.signal);
  }

  /** As {@link apply}, but blocks this thread. */
  applySync<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    ...[args]: ApplyParameters<Args, never>
  ): Awaited<R> {
    return this.#call<R>(fn, args).resultSync();
  }

  /** As {@link apply}, and comes back at once. */
  applyAsync<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    ...[args, options]: ApplyParameters<Args, ResultCallbacks<Awaited<R>> & SignalOptions>
  ): AsyncResult<Awaited<R>> {
    return new AsyncResult(this.#call<R>(fn, args, options?.signal), options);
  }

  /** Calls the function with each item. Comes back: the results in the order of the items. The first error ends it. */
  async map<T, R>(fn: (item: T) => R, items: Iterable<T>, options: PoolMapOptions = {}): Promise<Awaited<R>[]> {
    return this.#map<R>(fn, Mode.each, items, options).result();
  }

  /** As {@link map}, but blocks this thread. */
  mapSync<T, R>(fn: (item: T) => R, items: Iterable<T>, options: PoolMapOptions = {}): Awaited<R>[] {
    return this.#map<R>(fn, Mode.each, items, options).resultSync();
  }

  /** As {@link map}, and comes back at once. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    items: Iterable<T>,
    options: PoolMapOptions & ResultCallbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(this.#map<R>(fn, Mode.each, items, options), options);
  }

  /** As {@link map} for a function of several parameters: each item is the list of its arguments. */
  async starmap<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    items: Iterable<NoInfer<Args>>,
    options: PoolMapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#map<R>(fn, Mode.star, items, options).result();
  }

  /** As {@link starmap}, but blocks this thread. */
  starmapSync<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    items: Iterable<NoInfer<Args>>,
    options: PoolMapOptions = {},
  ): Awaited<R>[] {
    return this.#map<R>(fn, Mode.star, items, options).resultSync();
  }

  /** As {@link starmap}, and comes back at once. */
  starmapAsync<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    items: Iterable<NoInfer<Args>>,
    options: PoolMapOptions & ResultCallbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(this.#map<R>(fn, Mode.star, items, options), options);
  }

  /** Gives the results in the order of the items, as they are taken. Items are asked for a little ahead of that. */
  imap<T, R>(
    fn: (item: T) => R,
    items: Iterable<T>,
    { chunksize = 1, signal }: Pick<PoolMapOptions, 'chunksize' | 'signal'> = {},
  ): ResultIterator<Awaited<R>> {
    return this.#imap(fn, items, { chunksize, signal, ordered: true });
  }

  /** As {@link imap}, in the order in which they are done. */
  imapUnordered<T, R>(
    fn: (item: T) => R,
    items: Iterable<T>,
    { chunksize = 1, signal }: Pick<PoolMapOptions, 'chunksize' | 'signal'> = {},
  ): ResultIterator<Awaited<R>> {
    return this.#imap(fn, items, { chunksize, signal, ordered: false });
  }

  /** Takes no more calls; the threads or processes end when all are done. */
  close(): void {
    leaked.unregister(this);
    this.#crew.close();
  }

  /** Ends the threads or processes wherever they are; calls that are not done fail with CancelledError. */
  terminate(): void {
    leaked.unregister(this);
    this.#crew.terminate();
  }

  /** Waits until the threads or processes have ended. Raises ValueError before `close` or `terminate`. */
  async join({ signal }: SignalOptions = {}): Promise<void> {
    this.#refuseRunning();
    await this.#crew.waitUntilOver(signal);
  }

  /** As {@link join}, but blocks this thread. */
  joinSync(): void {
    this.#refuseRunning();
    blockUntil(() => {
      this.#crew.inspect();
      return this.#crew.isOver;
    }, Infinity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.join();
  }

  #call<R>(fn: Callable, args: readonly unknown[] = [], signal?: AbortSignal): Future<Awaited<R>> {
    this.#check(fn);
    if (!Array.isArray(args))
      throw new TypeError(`args must be an array of the function's arguments, not ${String(args)}`);
    return new CallJob(this.#crew, fn, Mode.call, args, signal).future as Future<Awaited<R>>;
  }

  #map<R>(fn: Callable, mode: Mode, items: Iterable<unknown>, options: PoolMapOptions): Future<Awaited<R>[]> {
    this.#check(fn);
    const all: readonly unknown[] = Array.isArray(items) ? items : [...items];
    const { chunksize = Math.max(1, Math.ceil(all.length / (4 * this.#crew.size))), signal, progress } = options;
    checkCount('chunksize', chunksize);
    return new MapJob(this.#crew, fn, mode, all, { chunksize, signal, progress }).future as Future<Awaited<R>[]>;
  }

  #imap<R>(fn: Callable, items: Iterable<unknown>, options: ResultIteratorOptions): ResultIterator<Awaited<R>> {
    this.#check(fn);
    checkCount('chunksize', options.chunksize);
    return new ResultIterator<Awaited<R>>(this.#crew, fn, Mode.each, items, options);
  }

  #check(fn: unknown): void {
    if (typeof fn !== 'function') throw new TypeError(`fn must be an exported function, not ${String(fn)}`);
    const { broken, closing } = this.#crew;
    if (broken) throw broken;
    if (closing) throw new ValueError('Pool not running');
  }

  #refuseRunning(): void {
    if (!this.#crew.closing) throw new ValueError('Pool is still running: call close() or terminate() first');
  }
}

/** The arguments may be left out where there are none. */
type ApplyParameters<Args extends readonly unknown[], Options> = [] extends Args
  ? [args?: NoInfer<Args>, options?: Options]
  : [args: NoInfer<Args>, options?: Options];

const leaked = new FinalizationRegistry(({ crew, name }: { readonly crew: Crew; readonly name: string }) => {
  warn(`a ${name} was never closed: use \`await using\`, or close()`, ResourceWarning);
  crew.close();
});
