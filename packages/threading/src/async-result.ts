/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.AsyncResult */
import { ValueError } from '@p8/errors';
import type { Future } from './future.ts';
import type { Seconds, SignalOptions } from './waiting.ts';
import { wait, waitSync } from './wait.ts';

export interface ResultCallbacks<T> {
  /** Called with the result, in this thread. */
  readonly callback?: ((value: T) => unknown) | undefined;
  /** Called with the error instead. */
  readonly errorCallback?: ((error: unknown) => unknown) | undefined;
}

/** What a pool gives at once for a result to come. `await` gives the result. */
export class AsyncResult<T> implements PromiseLike<T> {
  readonly #future: Future<T>;

  constructor(future: Future<T>, { callback, errorCallback }: ResultCallbacks<T> = {}) {
    this.#future = future;
    if (callback === undefined && errorCallback === undefined) return;
    future.addDoneCallback(() => {
      const error = future.exceptionSync();
      if (error === null) callback?.(future.resultSync());
      else errorCallback?.(error);
    });
  }

  /** The result. Rejects with the error of the call, or after `timeout` seconds with TimeoutError. */
  async get(timeout: Seconds | null = null, options: SignalOptions = {}): Promise<T> {
    return this.#future.result(timeout, options);
  }

  /** As {@link get}, but blocks this thread. */
  getSync(timeout: Seconds | null = null): T {
    return this.#future.resultSync(timeout);
  }

  /** Waits until it is there, for `timeout` seconds at most. Raises no error of the call. */
  async wait(timeout: Seconds | null = null, { signal }: SignalOptions = {}): Promise<void> {
    await wait([this.#future], { timeout, signal });
  }

  /** As {@link wait}, but blocks this thread. */
  waitSync(timeout: Seconds | null = null): void {
    waitSync([this.#future], { timeout });
  }

  /** Whether the call is done. */
  ready(): boolean {
    return this.#future.done();
  }

  /** Whether it is done without an error. Raises ValueError if it is not done. */
  successful(): boolean {
    if (!this.ready()) throw new ValueError('the result is not ready: wait for it first');
    return this.#future.exceptionSync() === null;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- `await pool.applyAsync(…)` is what everybody writes
  then<R = T, E = never>(
    onfulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#future.then(onfulfilled, onrejected);
  }
}
