/** Results to come: https://docs.python.org/3/library/concurrent.futures.html#future-objects */
import { formatException, RuntimeError, TimeoutError } from '@p8/errors';
import { CancelledError, InvalidStateError } from './future-errors.ts';
import { blockUntil } from './inbox.ts';
import { deadlineOf } from './waiting.ts';
import type { Seconds, SignalOptions } from './waiting.ts';
import { within } from './within.ts';

type State = 'pending' | 'running' | 'cancelled' | 'finished';

/** What an executor knows of a call that it has taken on. */
export interface Call {
  isRunning(): boolean;
  /** Takes it back. Comes back: false if it has begun. */
  withdraw(): boolean;
}

/**
 * The outcome of a call, now or later. `await future` gives the result or raises the error of the call; a future that nobody asks
 * keeps its error to itself. Executors make futures; `setResult` and `setException` are for them, and for tests.
 */
export class Future<T> implements PromiseLike<T> {
  #state: State = 'pending';
  #value: unknown;
  #call: Call | undefined;
  // unknown and never: a Future<number> is a Future<unknown>
  #callbacks: ((future: never) => unknown)[] = [];
  #promised: PromiseWithResolvers<unknown> | undefined;

  /** For an executor: the call behind it. */
  constructor(call?: Call) {
    this.#call = call;
  }

  /** The result. Rejects with the error of the call, with CancelledError, or after `timeout` seconds with TimeoutError. */
  async result(timeout: Seconds | null = null, { signal }: SignalOptions = {}): Promise<T> {
    if (timeout !== null || signal !== undefined) await this.#wait(timeout, signal);
    return this.#promise();
  }

  /** As {@link result}, but blocks this thread. */
  resultSync(timeout: Seconds | null = null): T {
    this.#waitSync(timeout);
    return this.#outcome();
  }

  /** The error of the call, or null. Rejects with CancelledError, or after `timeout` seconds with TimeoutError. */
  async exception(timeout: Seconds | null = null, { signal }: SignalOptions = {}): Promise<unknown> {
    await this.#wait(timeout, signal);
    return this.#error();
  }

  /** As {@link exception}, but blocks this thread. */
  exceptionSync(timeout: Seconds | null = null): unknown {
    this.#waitSync(timeout);
    return this.#error();
  }

  /** Cancels the call, unless it has begun. Comes back: whether it is cancelled. */
  cancel(): boolean {
    if (this.#state === 'cancelled') return true;
    if (this.#state !== 'pending' || this.#call?.withdraw() === false) return false;
    this.#end('cancelled', undefined);
    return true;
  }

  cancelled(): boolean {
    return this.#state === 'cancelled';
  }

  /** Whether the call has begun and is not done. */
  running(): boolean {
    return this.#state === 'running' || (this.#state === 'pending' && this.#call?.isRunning() === true);
  }

  /** Whether it has a result, an error, or is cancelled. */
  done(): boolean {
    return this.#state === 'cancelled' || this.#state === 'finished';
  }

  /** Calls back once when it is done, in this thread; at once if it is. What the callback raises is printed. */
  addDoneCallback(callback: (future: this) => unknown): void {
    if (this.done()) this.#tell(callback);
    else this.#callbacks.push(callback);
  }

  /** Takes back {@link addDoneCallback}: for who waits for several, and has given up. @internal */
  removeDoneCallback(callback: (future: this) => unknown): void {
    this.#callbacks = this.#callbacks.filter((one) => one !== callback);
  }

  /** For executors: whether to begin the call. False for one that was cancelled. */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === 'cancelled') return false;
    if (this.#state !== 'pending') throw new InvalidStateError(`${this.#state}: ${String(this)}`);
    this.#state = 'running';
    return true;
  }

  /** For executors. Raises InvalidStateError if it is done. */
  setResult(value: T): void {
    this.#refuseDone();
    this.#end('finished', { value });
  }

  /** For executors. Raises InvalidStateError if it is done. */
  setException(error: unknown): void {
    this.#refuseDone();
    this.#end('finished', { error });
  }

  // oxlint-disable-next-line unicorn/no-thenable -- `await future` is what a future is for
  then<R = T, E = never>(
    onfulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#promise().then(onfulfilled, onrejected);
  }

  /** `<Future state=finished returned number>` */
  toString(): string {
    return `<${this.constructor.name} state=${this.#describe()}>`;
  }

  #describe(): string {
    if (this.#state !== 'finished') return this.running() ? 'running' : this.#state;
    const outcome = this.#value as { readonly value: unknown } | { readonly error: unknown };
    if ('value' in outcome) return `finished returned ${outcome.value === null ? 'null' : typeof outcome.value}`;
    return `finished raised ${outcome.error instanceof Error ? outcome.error.name : typeof outcome.error}`;
  }

  async #wait(timeout: Seconds | null, signal: AbortSignal | undefined): Promise<void> {
    const deadline = deadlineOf({ timeout });
    signal?.throwIfAborted();
    const settled = this.#promise().then(nothing, nothing);
    if (!this.done() && !(await within(settled, deadline, signal))) throw new TimeoutError();
  }

  #waitSync(timeout: Seconds | null): void {
    const deadline = deadlineOf({ timeout });
    if (this.done()) return;
    if (this.#call === undefined && deadline === Infinity) {
      throw new RuntimeError('resultSync would wait for ever: only this thread can set the result: use `await future`');
    }
    if (!blockUntil(() => this.done(), deadline)) throw new TimeoutError();
  }

  /** Only who asks for it has to handle its error. */
  #promise(): Promise<T> {
    if (this.#promised === undefined) {
      this.#promised = Promise.withResolvers();
      if (this.done()) this.#keepPromise();
    }
    return this.#promised.promise as Promise<T>;
  }

  #keepPromise(): void {
    try {
      this.#promised?.resolve(this.#outcome());
    } catch (error) {
      this.#promised?.reject(error);
    }
  }

  #outcome(): T {
    const outcome = this.#value as { readonly value: T } | { readonly error: unknown } | undefined;
    if (outcome === undefined) throw new CancelledError();
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  #error(): unknown {
    const outcome = this.#value as object | undefined;
    if (outcome === undefined) throw new CancelledError();
    return 'error' in outcome ? outcome.error : null;
  }

  #refuseDone(): void {
    if (this.done()) throw new InvalidStateError(`${this.#state.toUpperCase()}: ${String(this)}`);
  }

  #end(state: 'cancelled' | 'finished', value: unknown): void {
    this.#state = state;
    this.#value = value;
    this.#call = undefined;
    if (this.#promised !== undefined) this.#keepPromise();
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) this.#tell(callback);
  }

  #tell(callback: (future: never) => unknown): void {
    try {
      callback(this as never);
    } catch (error) {
      process.stderr.write(`exception calling callback for ${String(this)}\n${formatException(error)}\n`);
    }
  }
}

function nothing(): void {}
