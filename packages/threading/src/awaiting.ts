/**
 * The awaiting side of a lock-like object: the tasks of one thread that wait for its shared state.
 *
 *     task ──┐                                            ┌─ one listener an object and thread: see Realm
 *     task ──┼─▶ line, first come first served ──▶ bell ◀─┤
 *     task ──┘   (each with its own way to take)          └─ whoever changes the state rings for every line
 *
 * A wake-up only says "look again"; what a task has got is what its `take` found in the shared state. So a task that
 * gives up just leaves the line: there is no wake-up that it could take with it. And as all lines are rung, a thread
 * whose event loop is busy keeps no other from going on.
 */
import { keepAlive } from './keep-alive.ts';
import type { Holder } from './mutex.ts';
import { startLooking, stopLooking } from './patrol.ts';
import { notify, realmOf } from './realm.ts';

/** The longest delay of a timer of the platform, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

interface Waiter {
  readonly take: () => boolean;
  readonly settle: (taken: boolean) => void;
  readonly fail: (error: unknown) => void;
  gone: boolean;
}

export class Awaiting {
  readonly #words: Int32Array;
  readonly #bell: number;
  readonly #listeners: number;
  readonly #line: Waiter[] = [];
  readonly #holder: Holder | undefined;
  #first = 0;
  #waiting = 0;
  /** Calls off that this line listens; undefined if it does not. */
  #callOff: (() => boolean) | undefined;

  /**
   * Of the two words, the bell changes when the state may have; the other counts the lines that listen. Whether the
   * holder, if one is waited for, is still there is inspected now and then, before the line looks again.
   */
  constructor(words: Int32Array, bell: number, listeners: number, holder?: Holder) {
    this.#words = words;
    this.#bell = bell;
    this.#listeners = listeners;
    this.#holder = holder;
  }

  /** Whether nobody of this thread waits: a newcomer may then try at once. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Waits until `take` is true; comes back false after the deadline. Rejects with what `take` raises, and with the reason of the
   * signal, even if it was aborted before.
   */
  wait(take: () => boolean, deadline: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        waiter.gone = true;
        this.#leave();
      };
      const settle = (taken: boolean) => {
        leave();
        resolve(taken);
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const arm = () => {
        const left = deadline - performance.now();
        if (left <= 0) settle(false);
        else timer = setTimeout(arm, Math.min(Math.ceil(left), LONGEST_TIMER));
      };
      const waiter: Waiter = { take, settle, fail, gone: false };
      this.#enter(waiter);
      if (waiter.gone) return;
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort);
      if (deadline !== Infinity) arm();
    });
  }

  /** Lets those at the head take what this thread has just given back, in a turn of their own. */
  serveSoon(): void {
    queueMicrotask(this.#serveWaiting);
  }

  /** Lets those at the head take what there is, and listens for more. */
  serve(): void {
    for (;;) {
      const rung = Atomics.load(this.#words, this.#bell);
      this.#serveHeads();
      if (this.#waiting === 0 || this.#callOff !== undefined) return;
      const holder = this.#holder?.number ?? 0;
      this.#callOff = realmOf(this.#words).listen(this.#words, this.#bell, rung, holder, this.#hear);
      if (this.#callOff !== undefined) return;
    }
  }

  readonly #hear = (how: unknown): void => {
    this.#callOff = undefined;
    if (how === 'ended') this.#look();
    else this.#serveWaiting();
  };

  readonly #serveWaiting = (): void => {
    if (this.#waiting > 0) this.serve();
  };

  readonly #look = (): void => {
    this.#holder?.inspect();
    this.#serveWaiting();
  };

  #serveHeads(): void {
    for (;;) {
      const head = this.#line[this.#first];
      if (head === undefined) break;
      if (head.gone) this.#first += 1;
      else if (!this.#serveHead(head)) return;
    }
    this.#line.length = 0;
    this.#first = 0;
  }

  #serveHead(head: Waiter): boolean {
    try {
      if (!head.take()) return false;
      head.settle(true);
    } catch (error) {
      head.fail(error);
    }
    return true;
  }

  #enter(waiter: Waiter): void {
    this.#line.push(waiter);
    this.#waiting += 1;
    if (this.#waiting > 1) return;
    keepAlive(1);
    Atomics.add(this.#words, this.#listeners, 1);
    startLooking(this.#look);
    // what was rung before this line listened was not heard
    this.serve();
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) {
      if (this.#line.length > 4 * this.#waiting + 64) this.#forgetGone();
      return;
    }
    Atomics.sub(this.#words, this.#listeners, 1);
    stopLooking(this.#look);
    keepAlive(-1);
    if (this.#callOff?.() === true) this.#callOff = undefined;
  }

  #forgetGone(): void {
    const waiting = this.#line.filter((waiter) => !waiter.gone);
    this.#line.splice(0, this.#line.length, ...waiting);
    this.#first = 0;
  }
}

/** Rings for every line that listens; costs a look if none does. */
export function ring(words: Int32Array, bell: number, listeners: number): void {
  if (Atomics.load(words, listeners) === 0) return;
  Atomics.add(words, bell, 1);
  notify(words, bell);
}
