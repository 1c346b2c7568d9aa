/** Calls that wait for one direction of a stream that is not the reactor's, in the order they came. */
import { OSError } from '@p8/errors';
import type { Operation } from './channel.ts';
import { deadlineAfter, LONGEST_TIMER } from './deadline.ts';
import { EAGAIN, timedOut, wouldBlock } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

interface Waiter {
  /** Keeps the socket from being collected, and so closed, while a call waits on it. */
  readonly owner: object;
  readonly operation: Operation<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
  unlisten: (() => void) | undefined;
}

/** Only the first is tried; the others wait behind it, so that calls end in the order they began. */
export class OperationQueue {
  readonly #waiters: Waiter[] = [];
  readonly #changed: () => void;

  /** `changed` is told when the queue begins or ceases to be empty. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isEmpty(): boolean {
    return this.#waiters.length === 0;
  }

  /** Does the operation now, or when {@link serve} is called and it is its turn. */
  run<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.isEmpty) {
      try {
        const value = valueOf(operation);
        if (value !== -EAGAIN) return Promise.resolve(operation.finish(value));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    if (timeout === 0) return Promise.reject(explained(operation, wouldBlock(operation.call)));
    return this.#wait(owner, operation, timeout, signal);
  }

  /** Tries the first ones for as long as they end. */
  serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      try {
        const value = valueOf(waiter.operation);
        if (value === -EAGAIN) return;
        this.#remove(waiter);
        waiter.resolve(waiter.operation.finish(value) as never);
      } catch (error) {
        this.#remove(waiter);
        waiter.reject(error);
      }
    }
  }

  /** Rejects all of them. */
  fail(reason: (call: string) => OSError): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      this.#end(waiter, reason(waiter.operation.call));
    }
  }

  #wait<T>(
    owner: object,
    operation: Operation<T>,
    timeout: Seconds | null,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter = { owner, operation, resolve, reject, timer: undefined, unlisten: undefined };
    if (signal !== undefined) {
      const abort = (): void => this.#cancel(waiter, signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      waiter.unlisten = () => signal.removeEventListener('abort', abort);
    }
    this.#waiters.push(waiter);
    if (this.#waiters.length === 1) this.#changed();
    if (timeout !== null) this.#limit(waiter, deadlineAfter(timeout));
    return promise;
  }

  #limit(waiter: Waiter, deadline: number): void {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) this.#cancel(waiter, timedOut(waiter.operation.call));
    else waiter.timer = setTimeout(() => this.#limit(waiter, deadline), Math.min(left, LONGEST_TIMER));
  }

  #cancel(waiter: Waiter, reason: unknown): void {
    this.#end(waiter, reason);
    // the next one may find what the cancelled one was not content with
    this.serve();
  }

  #end(waiter: Waiter, reason: unknown): void {
    this.#remove(waiter);
    waiter.reject(explained(waiter.operation, reason));
  }

  #remove(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    clearTimeout(waiter.timer);
    waiter.unlisten?.();
    if (this.isEmpty) this.#changed();
  }
}

function valueOf(operation: Operation<unknown>): number {
  let value: number;
  try {
    value = operation.run();
  } catch (error) {
    throw explained(operation, error);
  }
  if (value >= 0 || value === -EAGAIN) return value;
  throw explained(operation, new OSError(value, { syscall: operation.call }));
}

function explained(operation: Operation<unknown>, error: unknown): unknown {
  return error instanceof OSError ? (operation.explain?.(error) ?? error) : error;
}
