/** The calls that wait for one direction of a descriptor, in the order they came, and the promises of their results. */
import type { Operation } from './channel.ts';
import { hold, letGo } from './reactor.ts';

export interface Waiter {
  /** Keeps the socket from being collected, and so closed, while a call waits on it. */
  readonly owner: object;
  readonly operation: Operation<unknown>;
  /** What the reactor is to do for it: -1, tell when it can be tried. */
  readonly want: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** The moment it must have ended by; none is undefined, which takes no memory. */
  readonly deadline: number | undefined;
  next: Waiter | undefined;
  /** Ends the watch of its signal. */
  unlisten: (() => void) | undefined;
}

/** The functions of the promise made last. One executor for all promises spares each a closure. */
let resolve: (value: never) => void;
let reject: (error: unknown) => void;
function capture(resolvePromise: (value: never) => void, rejectPromise: (error: unknown) => void): void {
  resolve = resolvePromise;
  reject = rejectPromise;
}

export class WaitQueue {
  /** Who has waited longest. */
  first: Waiter | undefined;
  last: Waiter | undefined;
  #holding: boolean;

  constructor(holding: boolean) {
    this.#holding = holding;
  }

  /** Whether those that wait keep the program alive. */
  get holding(): boolean {
    return this.#holding;
  }

  set holding(holding: boolean) {
    if (holding === this.#holding) return;
    this.#holding = holding;
    for (let waiter = this.first; waiter !== undefined; waiter = waiter.next) {
      if (holding) hold();
      else letGo();
    }
  }

  /** A call begins to wait behind the others, and keeps the program alive until it leaves, unless told otherwise. */
  push<T>(owner: object, operation: Operation<T>, want: number, deadline: number | undefined): Promise<T> {
    const promise = new Promise<T>(capture);
    const waiter = { owner, operation, want, resolve, reject, deadline, next: undefined, unlisten: undefined };
    if (this.last === undefined) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
    if (this.#holding) hold();
    return promise;
  }

  /** The first leaves; undefined where nobody waits. */
  shift(): Waiter | undefined {
    const waiter = this.first;
    if (waiter === undefined) return undefined;
    this.first = waiter.next;
    if (waiter.next === undefined) this.last = undefined;
    this.#leave(waiter);
    return waiter;
  }

  /** One that is not the first leaves. */
  unlink(waiter: Waiter): void {
    let before = this.first;
    while (before !== undefined && before.next !== waiter) before = before.next;
    if (before === undefined) return;
    before.next = waiter.next;
    if (waiter.next === undefined) this.last = before;
    this.#leave(waiter);
  }

  #leave(waiter: Waiter): void {
    waiter.unlisten?.();
    if (this.#holding) letGo();
  }
}
