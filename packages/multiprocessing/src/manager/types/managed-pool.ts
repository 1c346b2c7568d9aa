/** A pool in the server of a manager, under the names that Python calls. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool */
import type { AsyncResult, Seconds } from '@p8/threading';
import { Pool } from '../../pool/pool.ts';
import type { Signatures } from '../apply.ts';
import { itemsOf } from './items.ts';

type Callable = (...args: readonly unknown[]) => unknown;

export class ManagedPool {
  static readonly signatures: Signatures = {
    new: ['processes', 'initializer', 'initargs', 'maxtasksperchild'],
    apply: ['func', 'args'],
    apply_async: ['func', 'args'],
    map: ['func', 'iterable', 'chunksize'],
    map_async: ['func', 'iterable', 'chunksize'],
    starmap: ['func', 'iterable', 'chunksize'],
    starmap_async: ['func', 'iterable', 'chunksize'],
    imap: ['func', 'iterable', 'chunksize'],
    imap_unordered: ['func', 'iterable', 'chunksize'],
  };

  readonly #pool: Pool<readonly unknown[]>;

  constructor(
    processes: number | null = null,
    initializer: Callable | null = null,
    initargs: readonly unknown[] = [],
    maxtasksperchild: number | null = null,
  ) {
    const beginning = initializer === null ? {} : { initializer, initargs };
    this.#pool = new Pool(processes, { ...beginning, maxtasksperchild });
  }

  apply(func: Callable, args: readonly unknown[] = []): Promise<unknown> {
    return this.#pool.apply(func, args);
  }

  apply_async(func: Callable, args: readonly unknown[] = []): AsyncResult<unknown> {
    return this.#pool.applyAsync(func, args);
  }

  map(func: Callable, items: unknown, chunksize: number | null = null): Promise<unknown[]> {
    return this.#pool.map(func, itemsOf(items), chunks(chunksize));
  }

  map_async(func: Callable, items: unknown, chunksize: number | null = null): AsyncResult<unknown[]> {
    return this.#pool.mapAsync(func, itemsOf(items), chunks(chunksize));
  }

  starmap(func: Callable, items: unknown, chunksize: number | null = null): Promise<unknown[]> {
    return this.#pool.starmap(func, itemsOf(items) as (readonly unknown[])[], chunks(chunksize));
  }

  starmap_async(func: Callable, items: unknown, chunksize: number | null = null): AsyncResult<unknown[]> {
    return this.#pool.starmapAsync(func, itemsOf(items) as (readonly unknown[])[], chunks(chunksize));
  }

  imap(func: Callable, items: unknown, chunksize = 1): AsyncIterator<unknown> {
    return this.#pool.imap(func, itemsOf(items), { chunksize })[Symbol.asyncIterator]();
  }

  imap_unordered(func: Callable, items: unknown, chunksize = 1): AsyncIterator<unknown> {
    return this.#pool.imapUnordered(func, itemsOf(items), { chunksize })[Symbol.asyncIterator]();
  }

  close(): void {
    this.#pool.close();
  }

  terminate(): void {
    this.#pool.terminate();
  }

  join(): Promise<void> {
    return this.#pool.join();
  }
}

/** What `apply_async` and its like give. */
export class ManagedResult {
  readonly #result: AsyncResult<unknown>;

  constructor(result: AsyncResult<unknown>) {
    this.#result = result;
  }

  get(timeout: Seconds | null = null): Promise<unknown> {
    return this.#result.get(timeout);
  }

  wait(timeout: Seconds | null = null): Promise<void> {
    return this.#result.wait(timeout);
  }

  ready(): boolean {
    return this.#result.ready();
  }

  successful(): boolean {
    return this.#result.successful();
  }
}

function chunks(chunksize: number | null): { readonly chunksize?: number } {
  return chunksize === null ? {} : { chunksize };
}
