/** Python's `threading.Barrier`: https://docs.python.org/3/library/threading.html#barrier-objects */
import { RuntimeError, ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting } from './awaiting.ts';
import { notify, park } from './realm.ts';
import { isReceived, memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { deadlineOf } from './waiting.ts';
import type { BlockOptions, Seconds, WaitOptions } from './waiting.ts';

/** The barrier is broken, or was reset while somebody waited. */
export class BrokenBarrierError extends RuntimeError {}

/** One word holds the phase and, above it, how many are inside; so every step is one exchange. It is its own bell. */
const STATE = 0;
const LISTENERS = 1;
const WORDS = 2;

const PHASE = 7;
const ONE = 8;
const MOST_PARTIES = 0xffff;

/** Who comes is counted and waits. */
const FILLING = 0;
/** All are there, and the last runs the action. */
const ACTING = 1;
/** They leave; who comes for the next round waits outside until the last has left. */
const DRAINING = 2;
/** They leave with an error, and then it fills again. */
const RESETTING = 3;
/** They leave with an error, and so does everybody who comes. */
const BROKEN = 4;

export interface BarrierOptions {
  /** Called by the one who comes last, before any goes on. To cross to other threads it must be an exported function. */
  readonly action?: (() => void) | undefined;
  /** The time limit of a wait that gives none. Default: null, no limit. */
  readonly timeout?: Seconds | null | undefined;
}

/** Where a fixed number of threads and tasks wait for each other, again and again. */
export class Barrier {
  static {
    reducible(Barrier, (barrier) => [Barrier, [barrier.parties, barrier.options, barrier.share()]]);
  }

  /** How many must come. */
  readonly parties: number;
  protected readonly options: BarrierOptions;
  readonly #memory: ObjectMemory;
  readonly #words: Int32Array;
  readonly #awaiting: Awaiting;
  #shared: boolean;

  /**
   * Raises ValueError if parties is not a whole number from 1 to 65535.
   *
   * @param memory that of the barrier which it shall be, as another thread sends it
   */
  constructor(parties: number, options: BarrierOptions = {}, memory?: ObjectMemory | Allocate) {
    if (!Number.isInteger(parties) || parties < 1 || parties > MOST_PARTIES) {
      throw new ValueError(`parties must be a whole number from 1 to ${MOST_PARTIES}, not ${String(parties)}`);
    }
    deadlineOf(options);
    this.parties = parties;
    this.options = options;
    this.#shared = isReceived(memory);
    this.#memory = memoryFor(4 * WORDS, memory);
    this.#words = wordsOf(this.#memory);
    this.#awaiting = new Awaiting(this.#words, STATE, LISTENERS);
  }

  /**
   * Waits until all have come. Comes back: a number from 0 to parties - 1, different for each. Raises BrokenBarrierError if
   * the barrier is broken or reset, and in all when one reaches its time limit, is ended by its signal, or fails in the
   * action: that breaks the barrier.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    const deadline = this.#deadline(options);
    const { signal } = options;
    signal?.throwIfAborted();
    const entry = new Entry(this.#words, this.parties);
    // whoever gives up here too must be counted first, or the others would wait for him
    if (!entry.enter()) await this.#awaiting.wait(entry.enter, Infinity);
    if (entry.index === this.parties - 1) return this.#act(entry);
    let reason: unknown;
    const ended = await this.#awaiting.wait(entry.leave, deadline, signal).catch((error: unknown) => {
      reason = error;
      return false;
    });
    if (!ended) {
      breakFilling(this.#words);
      // the others may all have come by now; then the action is running, and this one is through
      await this.#awaiting.wait(entry.leave, Infinity);
    }
    if (entry.phase === DRAINING) return entry.index;
    throw reason ?? new BrokenBarrierError();
  }

  /**
   * As `wait`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, which breaks the barrier, and
   * RuntimeError instead of waiting for ever, where no other thread knows the barrier.
   */
  waitSync(options: BlockOptions = {}): number {
    const deadline = this.#deadline(options);
    const entry = new Entry(this.#words, this.parties);
    this.#block(entry.enter, Infinity);
    if (entry.index === this.parties - 1) return this.#act(entry);
    let ended = false;
    try {
      if (deadline === Infinity) this.#refuseDeadlock();
      ended = this.#block(entry.leave, deadline);
    } finally {
      if (!ended) {
        breakFilling(this.#words);
        this.#block(entry.leave, Infinity);
      }
    }
    if (entry.phase === DRAINING) return entry.index;
    throw new BrokenBarrierError();
  }

  /** Makes it new again; those who wait get BrokenBarrierError. */
  reset(): void {
    change(this.#words, (state) => {
      const phase = state & PHASE;
      if (phase !== FILLING && phase !== BROKEN) return state;
      return state < ONE ? FILLING : state - phase + RESETTING;
    });
  }

  /** Breaks it: those who wait, and all who come before a reset, get BrokenBarrierError. */
  abort(): void {
    change(this.#words, (state) => state - (state & PHASE) + BROKEN);
  }

  /** How many wait, at this moment. */
  get nWaiting(): number {
    const state = Atomics.load(this.#words, STATE);
    return (state & PHASE) === FILLING ? state / ONE : 0;
  }

  /** Whether it is broken. */
  get broken(): boolean {
    return (Atomics.load(this.#words, STATE) & PHASE) === BROKEN;
  }

  /** Its memory, for another thread. */
  protected share(): ObjectMemory {
    this.#shared = true;
    return this.#memory;
  }

  #deadline(options: BlockOptions): number {
    return deadlineOf(options.timeout === undefined ? this.options : options);
  }

  /** The last to come runs the action, and lets the others go. */
  #act(entry: Entry): number {
    let after = BROKEN;
    try {
      this.options.action?.();
      after = DRAINING;
    } finally {
      change(this.#words, (state) => ((state & PHASE) === ACTING ? state - ACTING + after : state));
      entry.leave();
    }
    if (entry.phase === DRAINING) return entry.index;
    throw new BrokenBarrierError();
  }

  #block(step: () => boolean, deadline: number): boolean {
    for (;;) {
      const state = Atomics.load(this.#words, STATE);
      if (step()) return true;
      if (!park(this.#words, STATE, state, deadline)) return false;
    }
  }

  #refuseDeadlock(): void {
    if (this.#shared) return;
    throw new RuntimeError(
      'waitSync would wait for ever: no other thread has this barrier, and this one cannot come to it again while it is ' +
        'blocked: use `await barrier.wait()`',
    );
  }
}

/** One party in one round. */
class Entry {
  /** Its place among those who came. */
  index = -1;
  /** How the round ended: DRAINING if all came. */
  phase = FILLING;
  readonly #words: Int32Array;
  readonly #parties: number;

  constructor(words: Int32Array, parties: number) {
    this.#words = words;
    this.#parties = parties;
  }

  /** Comes in, and is counted; false while the last round drains. Raises BrokenBarrierError if the barrier is broken. */
  readonly enter = (): boolean => {
    for (;;) {
      const state = Atomics.load(this.#words, STATE);
      const phase = state & PHASE;
      if (phase === BROKEN) throw new BrokenBarrierError();
      if (phase !== FILLING) return false;
      const index = state / ONE;
      const next = state + ONE + (index + 1 === this.#parties ? ACTING : 0);
      if (Atomics.compareExchange(this.#words, STATE, state, next) !== state) continue;
      this.index = index;
      return true;
    }
  };

  /** Goes out, if the round has ended; the last one out opens the barrier for the next. */
  readonly leave = (): boolean => {
    for (;;) {
      const state = Atomics.load(this.#words, STATE);
      const phase = state & PHASE;
      if (phase === FILLING || phase === ACTING) return false;
      const left = state - ONE;
      const next = left < ONE && phase !== BROKEN ? FILLING : left;
      if (Atomics.compareExchange(this.#words, STATE, state, next) !== state) continue;
      if (next === FILLING) notify(this.#words, STATE);
      this.phase = phase;
      return true;
    }
  };
}

/** Whoever gives up breaks the barrier for the others, unless all have come. */
function breakFilling(words: Int32Array): void {
  change(words, (state) => ((state & PHASE) === FILLING ? state + BROKEN : state));
}

/** Changes the state, and wakes everybody. */
function change(words: Int32Array, next: (state: number) => number): void {
  for (;;) {
    const state = Atomics.load(words, STATE);
    const wanted = next(state);
    if (state === wanted || Atomics.compareExchange(words, STATE, state, wanted) === state) break;
  }
  notify(words, STATE);
}
