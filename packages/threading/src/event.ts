/** Python's `threading.Event`: https://docs.python.org/3/library/threading.html#event-objects */
import { RuntimeError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting } from './awaiting.ts';
import { notify, park } from './realm.ts';
import { isReceived, memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { deadlineOf } from './waiting.ts';
import type { BlockOptions, WaitOptions } from './waiting.ts';

/** Whether it is set, in the lowest bit, and how often it was, above; it is its own bell. */
const STATE = 0;
const LISTENERS = 1;
const WORDS = 2;
const SET = 1;

/** A flag that any thread sets and that any number of threads and tasks wait for. */
export class Event {
  static {
    reducible(Event, (event) => [Event, [event.share()]]);
  }

  readonly #memory: ObjectMemory;
  readonly #words: Int32Array;
  readonly #awaiting: Awaiting;
  #shared: boolean;

  /** @param memory that of the event which it shall be, as another thread sends it; without it, a new event, not set */
  constructor(memory?: ObjectMemory | Allocate) {
    this.#shared = isReceived(memory);
    this.#memory = memoryFor(4 * WORDS, memory);
    this.#words = wordsOf(this.#memory);
    this.#awaiting = new Awaiting(this.#words, STATE, LISTENERS);
  }

  /** Whether it is set, at this moment. */
  isSet(): boolean {
    return (Atomics.load(this.#words, STATE) & SET) !== 0;
  }

  /** Sets it, and wakes all who wait, even if it is cleared right after. */
  set(): void {
    const state = Atomics.load(this.#words, STATE);
    if ((state & SET) !== 0) return;
    // whoever was faster has set it, and woken them
    if (Atomics.compareExchange(this.#words, STATE, state, (state + 2) | SET) === state) {
      notify(this.#words, STATE);
    }
  }

  /** Makes it unset again. */
  clear(): void {
    Atomics.and(this.#words, STATE, ~SET);
  }

  /** Waits until it is set. Comes back: true, or false after the time limit. */
  async wait(options?: WaitOptions): Promise<boolean> {
    const deadline = deadlineOf(options);
    options?.signal?.throwIfAborted();
    const state = Atomics.load(this.#words, STATE);
    if ((state & SET) !== 0) return true;
    return this.#awaiting.wait(() => this.#wasSetSince(state), deadline, options?.signal);
  }

  /**
   * As `wait`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, and RuntimeError instead of
   * waiting for ever, where no other thread knows the event.
   */
  waitSync(options?: BlockOptions): boolean {
    const deadline = deadlineOf(options);
    const state = Atomics.load(this.#words, STATE);
    if ((state & SET) !== 0) return true;
    if (deadline === Infinity) this.#refuseDeadlock();
    while (park(this.#words, STATE, state, deadline)) {
      if (this.#wasSetSince(state)) return true;
    }
    return this.#wasSetSince(state);
  }

  /** Its memory, for another thread. */
  protected share(): ObjectMemory {
    this.#shared = true;
    return this.#memory;
  }

  #wasSetSince(before: number): boolean {
    return Atomics.load(this.#words, STATE) !== before;
  }

  #refuseDeadlock(): void {
    if (this.#shared) return;
    throw new RuntimeError(
      'waitSync would wait for ever: no other thread has this event, and this one cannot set it while it is blocked: ' +
        'use `await event.wait()`',
    );
  }
}
