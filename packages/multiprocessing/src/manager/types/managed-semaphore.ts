/** https://docs.python.org/3/library/threading.html#semaphore-objects, in the server of a manager. */
import { ValueError } from '@p8/errors';
import type { Seconds } from '@p8/threading';
import type { Signatures } from '../apply.ts';
import { currentCaller } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { acquireLimit, WaitingLine } from './waiting-line.ts';

/** A client that goes gives back what it took and did not release. */
export class ManagedSemaphore {
  static readonly signatures: Signatures = { new: ['value'], acquire: ['blocking', 'timeout'], release: ['n'] };

  readonly #line = new WaitingLine<true>();
  /** How many each caller took and nobody has given back. */
  readonly #held = new Map<Caller, number>();
  #value: number;

  constructor(value = 1) {
    if (!(Number.isInteger(value) && value >= 0)) throw new ValueError('semaphore initial value must be >= 0');
    this.#value = value;
  }

  acquire(blocking: unknown = true, timeout: unknown = null): boolean | Promise<boolean> {
    const caller = currentCaller();
    const limit = acquireLimit(blocking, timeout);
    if (this.#value > 0) {
      this.#take(caller);
      return true;
    }
    return limit === 0 ? false : this.#waitFor(caller, limit);
  }

  release(n = 1): void {
    if (!(Number.isInteger(n) && n >= 1)) throw new ValueError('n must be one or more');
    this.checkRelease(this.#value + n);
    this.#forget(n);
    this.#value += n;
    this.#handOver();
  }

  locked(): boolean {
    return this.#value === 0;
  }

  get_value(): number {
    return this.#value;
  }

  /** May be overridden: refuses a release after which so many would be free. */
  protected checkRelease(_value: number): void {}

  async #waitFor(caller: Caller, limit: Seconds | null): Promise<boolean> {
    return (await this.#line.wait(caller, limit)) ?? false;
  }

  #handOver(): void {
    for (
      let caller = this.#line.firstCaller;
      caller !== undefined && this.#value > 0;
      caller = this.#line.firstCaller
    ) {
      this.#take(caller);
      this.#line.serveFirst(true);
    }
  }

  #take(caller: Caller): void {
    this.#value -= 1;
    const held = this.#held.get(caller);
    this.#held.set(caller, (held ?? 0) + 1);
    if (held === undefined) caller.onGone(() => this.#goneWith(caller));
  }

  /** Those of who releases, then those of who took first: anybody may release. */
  #forget(n: number): void {
    const own = currentCaller();
    for (const caller of [...(this.#held.has(own) ? [own] : []), ...this.#held.keys()]) {
      const held = this.#held.get(caller) ?? 0;
      const less = Math.min(held, n);
      n -= less;
      if (held > 0) this.#held.set(caller, held - less);
    }
  }

  #goneWith(caller: Caller): void {
    this.#value += this.#held.get(caller) ?? 0;
    this.#held.delete(caller);
    this.#handOver();
  }
}

export class ManagedBoundedSemaphore extends ManagedSemaphore {
  readonly #initial: number;

  constructor(value = 1) {
    super(value);
    this.#initial = value;
  }

  protected override checkRelease(value: number): void {
    if (value > this.#initial) throw new ValueError('Semaphore released too many times');
  }
}
