/** Python's semaphores: https://docs.python.org/3/library/threading.html#semaphore-objects */
import { RuntimeError, ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting, ring } from './awaiting.ts';
import { LockLike } from './lock-like.ts';
import { notify, park } from './realm.ts';
import { isReceived, memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { acquireDeadline } from './waiting.ts';
import type { AcquireOptions, AcquireSyncOptions } from './waiting.ts';

/** How many may still be taken; the bell; the lines that listen; how many threads sleep on the value (at least). */
const VALUE = 0;
const BELL = 1;
const LISTENERS = 2;
const SLEEPERS = 3;
const WORDS = 4;

const LARGEST = 2 ** 31 - 1;

/** A counter that `acquire` takes one from, waiting while it is zero, and `release` adds to, from any thread. */
export class Semaphore extends LockLike {
  static {
    reducible(Semaphore, (semaphore) => [Semaphore, [0, semaphore.share()]]);
  }

  readonly #memory: ObjectMemory;
  readonly #words: Int32Array;
  readonly #awaiting: Awaiting;
  #shared: boolean;

  /**
   * Raises ValueError if the value is not a whole number from 0 to 2147483647.
   *
   * @param memory that of the semaphore which it shall be, as another thread sends it; the value is not used then
   */
  constructor(value = 1, memory?: ObjectMemory | Allocate) {
    super();
    checkCount('value', value, 0);
    this.#shared = isReceived(memory);
    this.#memory = memoryFor(4 * WORDS, memory);
    this.#words = wordsOf(this.#memory);
    if (!this.#shared) this.#words[VALUE] = value;
    this.#awaiting = new Awaiting(this.#words, BELL, LISTENERS);
  }

  override async acquire(options?: AcquireOptions): Promise<boolean> {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    options?.signal?.throwIfAborted();
    if (this.#awaiting.idle && this.#take()) return true;
    if (deadline === 0) return false;
    return this.#awaiting.wait(() => this.#take(), deadline, options?.signal);
  }

  /** Raises RuntimeError instead of waiting for ever, where no other thread knows the semaphore. */
  override acquireSync(options?: AcquireSyncOptions): boolean {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    if (this.#take()) return true;
    if (deadline === 0) return false;
    if (deadline === Infinity) this.#refuseDeadlock();
    Atomics.add(this.#words, SLEEPERS, 1);
    try {
      do {
        if (this.#take()) return true;
      } while (park(this.#words, VALUE, 0, deadline));
      return false;
    } finally {
      Atomics.sub(this.#words, SLEEPERS, 1);
    }
  }

  /** Adds to the counter. Raises ValueError if n is not a whole number from 1 up, or the counter would be too large. */
  override release(n = 1): void {
    checkCount('n', n, 1);
    let value = this.value;
    for (;;) {
      this.checkRelease(value, n);
      const found = Atomics.compareExchange(this.#words, VALUE, value, value + n);
      if (found === value) break;
      value = found;
    }
    if (Atomics.load(this.#words, SLEEPERS) > 0) notify(this.#words, VALUE, n);
    ring(this.#words, BELL, LISTENERS);
  }

  /** How many can be taken at this moment. */
  get value(): number {
    return Atomics.load(this.#words, VALUE);
  }

  /** Raises ValueError if n must not be added to this value. May be overridden. */
  protected checkRelease(value: number, n: number): void {
    if (value + n > LARGEST) throw new ValueError(`n: the counter would be larger than ${LARGEST}`);
  }

  /** Its memory, for another thread. */
  protected share(): ObjectMemory {
    this.#shared = true;
    return this.#memory;
  }

  #take(): boolean {
    let value = Atomics.load(this.#words, VALUE);
    while (value > 0) {
      const found = Atomics.compareExchange(this.#words, VALUE, value, value - 1);
      if (found === value) return true;
      value = found;
    }
    return false;
  }

  #refuseDeadlock(): void {
    if (this.#shared) return;
    throw new RuntimeError(
      'acquireSync would wait for ever: no other thread has this semaphore, and this one cannot release it while it is ' +
        'blocked: use `await semaphore.acquire()`',
    );
  }
}

/** A semaphore that is never released more often than it was taken. */
export class BoundedSemaphore extends Semaphore {
  static {
    reducible(BoundedSemaphore, (semaphore) => [BoundedSemaphore, [semaphore.initial, semaphore.share()]]);
  }

  protected readonly initial: number;

  constructor(value = 1, memory?: ObjectMemory | Allocate) {
    super(value, memory);
    this.initial = value;
  }

  /** Raises ValueError if the counter would be larger than it was at first. */
  protected override checkRelease(value: number, n: number): void {
    if (value + n > this.initial) throw new ValueError('Semaphore released too many times');
  }
}

function checkCount(name: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least || count > LARGEST) {
    throw new ValueError(`${name} must be a whole number from ${least} to ${LARGEST}, not ${String(count)}`);
  }
}
