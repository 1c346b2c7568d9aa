/** A pool that lives in the server of a manager. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import type { Seconds } from '@p8/threading';
import { BaseProxy } from '../base-proxy.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';
import type { Keywords } from '../wire.ts';
import type { IteratorProxy } from './iterator-proxy.ts';

type Target<Args extends readonly unknown[], R> = (...args: Args) => R;

export interface ResultMethods<T> {
  /** The result; waits for it. Raises the error of the call, TimeoutError after so many seconds. */
  get(timeout?: Seconds | null): T;
  /** Waits until it is there, for so many seconds at most. */
  wait(timeout?: Seconds | null): void;
  ready(): boolean;
  /** Whether the call is done without an error. Raises ValueError if it is not done. */
  successful(): boolean;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface ResultProxy<T = unknown> extends Remote<ResultMethods<T>> {}

/** A result that comes later. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging, no-unused-vars
export class ResultProxy<T = unknown> extends BaseProxy {
  static readonly exposed: readonly string[] = ['get', 'wait', 'ready', 'successful'];

  /** Python has no class for it. */
  protected override pythonKeywords(): Keywords {
    return { exposed: ResultProxy.exposed };
  }
}

const waiting = (method: string) => ({ method, waits: true });

defineCalls<ResultMethods<unknown>>(ResultProxy, {
  get: waiting('get'),
  wait: waiting('wait'),
  ready: 'ready',
  successful: 'successful',
});

export interface PoolMethods {
  /** Takes no more calls; the processes end when all are done. */
  close(): void;
  /** Ends the processes wherever they are. */
  terminate(): void;
  /** Waits until the processes have ended. Raises ValueError before `close` or `terminate`. */
  join(): void;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface PoolProxy extends Remote<PoolMethods> {}

/** Functions are exported ones of modules that the server can import. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class PoolProxy extends BaseProxy {
  static readonly exposed: readonly string[] = [
    'apply',
    'apply_async',
    'close',
    'imap',
    'imap_unordered',
    'join',
    'map',
    'map_async',
    'starmap',
    'starmap_async',
    'terminate',
  ];
  static readonly methodToTypeid: Readonly<Record<string, string>> = {
    apply_async: 'AsyncResult',
    map_async: 'AsyncResult',
    starmap_async: 'AsyncResult',
    imap: 'Iterator',
    imap_unordered: 'Iterator',
  };

  /** Calls the function in a process of the pool. */
  apply<Args extends readonly unknown[], R>(fn: Target<Args, R>, args?: NoInfer<Args>): Promise<Awaited<R>> {
    return this.callMethod('apply', [fn, args ?? []]) as Promise<Awaited<R>>;
  }

  applySync<Args extends readonly unknown[], R>(fn: Target<Args, R>, args?: NoInfer<Args>): Awaited<R> {
    return this.callMethodSync('apply', [fn, args ?? []]) as Awaited<R>;
  }

  /** As {@link apply}; comes back when it has begun. */
  applyAsync<Args extends readonly unknown[], R>(
    fn: Target<Args, R>,
    args?: NoInfer<Args>,
  ): Promise<ResultProxy<Awaited<R>>> {
    return this.callMethod('apply_async', [fn, args ?? []]) as Promise<ResultProxy<Awaited<R>>>;
  }

  /** Calls the function with each item. Comes back: the results in the order of the items. The first error ends it. */
  map<T, R>(fn: (item: T) => R, items: Iterable<T>, chunksize: number | null = null): Promise<Awaited<R>[]> {
    return this.callMethod('map', [fn, [...items], chunksize]) as Promise<Awaited<R>[]>;
  }

  mapSync<T, R>(fn: (item: T) => R, items: Iterable<T>, chunksize: number | null = null): Awaited<R>[] {
    return this.callMethodSync('map', [fn, [...items], chunksize]) as Awaited<R>[];
  }

  /** As {@link map}; comes back when it has begun. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    items: Iterable<T>,
    chunksize: number | null = null,
  ): Promise<ResultProxy<Awaited<R>[]>> {
    return this.callMethod('map_async', [fn, [...items], chunksize]) as Promise<ResultProxy<Awaited<R>[]>>;
  }

  /** As {@link map} for a function of several parameters: each item is the list of its arguments. */
  starmap<Args extends readonly unknown[], R>(
    fn: Target<Args, R>,
    items: Iterable<NoInfer<Args>>,
    chunksize: number | null = null,
  ): Promise<Awaited<R>[]> {
    return this.callMethod('starmap', [fn, [...items], chunksize]) as Promise<Awaited<R>[]>;
  }

  starmapSync<Args extends readonly unknown[], R>(
    fn: Target<Args, R>,
    items: Iterable<NoInfer<Args>>,
    chunksize: number | null = null,
  ): Awaited<R>[] {
    return this.callMethodSync('starmap', [fn, [...items], chunksize]) as Awaited<R>[];
  }

  /** Gives the results in the order of the items, as they are taken. */
  imap<T, R>(fn: (item: T) => R, items: Iterable<T>, chunksize = 1): Promise<IteratorProxy<Awaited<R>>> {
    return this.callMethod('imap', [fn, [...items], chunksize]) as Promise<IteratorProxy<Awaited<R>>>;
  }

  /** As {@link imap}, in the order in which they are done. */
  imapUnordered<T, R>(fn: (item: T) => R, items: Iterable<T>, chunksize = 1): Promise<IteratorProxy<Awaited<R>>> {
    return this.callMethod('imap_unordered', [fn, [...items], chunksize]) as Promise<IteratorProxy<Awaited<R>>>;
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.PoolProxy');
  }
}

defineCalls<PoolMethods>(PoolProxy, { close: 'close', terminate: 'terminate', join: waiting('join') });

importable(import.meta, { PoolProxy, ResultProxy });
