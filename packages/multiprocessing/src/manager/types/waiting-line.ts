/** Those who wait in a server for one thing, first come first served. Who goes, or whose time is over, leaves the line. */
import { repr } from '@p8/pickle/cpython';
import type { Seconds } from '@p8/threading';
import { ValueError } from '@p8/errors';
import type { Caller } from '../caller.ts';

/** The longest delay of a timer of the platform, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface Waiter<T> {
  readonly caller: Caller;
  /** Gives him what he waits for. */
  readonly serve: (what: T) => void;
  /** Ends his wait by an error. */
  readonly fail: (error: unknown) => void;
}

export class WaitingLine<T> {
  readonly #waiters = new Set<Waiter<T>>();

  get length(): number {
    return this.#waiters.size;
  }

  /** Who came first; undefined if nobody waits. */
  get firstCaller(): Caller | undefined {
    const [first] = this.#waiters;
    return first?.caller;
  }

  /** Waits to be served. Comes back: undefined after the time, and for a caller who has gone. */
  wait(caller: Caller, timeout: Seconds | null): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        forgetFarewell();
      };
      const give = (what: T | undefined) => {
        leave();
        resolve(what);
      };
      const waiter: Waiter<T> = {
        caller,
        serve: give,
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const forgetFarewell = caller.onGone(() => give(undefined));
      this.#waiters.add(waiter);
      if (timeout !== null) timer = setTimeout(() => give(undefined), Math.min(timeout * 1000, LONGEST_TIMER));
    });
  }

  /** Serves who came first; comes back: false if nobody waits. */
  serveFirst(what: T): boolean {
    const [first] = this.#waiters;
    first?.serve(what);
    return first !== undefined;
  }

  failFirst(error: unknown): boolean {
    const [first] = this.#waiters;
    first?.fail(error);
    return first !== undefined;
  }

  serveAll(what: T): void {
    for (const waiter of this.#waiters) waiter.serve(what);
  }
}

/** The time limit of a call that Python makes: null is none, and a time that has passed is zero. */
export function limitOf(timeout: unknown): Seconds | null {
  if (timeout === null || timeout === undefined) return null;
  const seconds = Number(timeout);
  if (Number.isNaN(seconds)) throw new ValueError(`timeout must be a number of seconds or None, not ${repr(timeout)}`);
  return Math.max(0, seconds);
}

/** The same where a lock is acquired: -1 is no limit, and a call that does not block has none to give. */
export function acquireLimit(blocking: unknown, timeout: unknown): Seconds | null {
  const unlimited = timeout === null || timeout === undefined || Number(timeout) === -1;
  if (blocking !== false && blocking !== 0 && blocking !== null) return unlimited ? null : limitOf(timeout);
  if (unlimited) return 0;
  throw new ValueError("can't specify a timeout for a non-blocking call");
}
