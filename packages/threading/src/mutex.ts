/**
 * The three words of a lock in shared memory, and what is done to them.
 *
 *     state      FREE, or who holds it: the thread, whether for an awaiting task, and whether somebody waits
 *     bell       rung for those who await
 *     listeners  how many lines listen to it
 *
 * To release is one exchange, and only a holder whose state says WAITED wakes anybody. The one who is woken has to take
 * the lock like everyone else; as he may be gone by then, a lock that was released with somebody waiting is FREE_WAITED,
 * and whoever takes it next wakes another when he releases it.
 *
 * Who waits long, or is told, looks whether the holder's thread is still there. If not, the mutex is ABANDONED: the next who asks
 * for it gets an error, and after that it is free.
 */
import { RuntimeError } from '@p8/errors';
import { ring } from './awaiting.ts';
import type { Awaiting } from './awaiting.ts';
import { notify, park, realmOf } from './realm.ts';

/** How many words a mutex takes. */
export const MUTEX_WORDS = 3;

const FREE = 0;
const WAITED = 1;
const FREE_WAITED = FREE | WAITED;
const ABANDONED = 2;
const BY_TASK = 2;
/** The smallest that is held. */
const SOME_HOLDER = 4;
/** How often one that is held briefly is looked at before sleeping. */
const SPINS = 100;

/** The thread, or the process, that held the lock has ended without releasing it. What the lock protects may be half done; the lock is free. */
export class OwnerDiedError extends RuntimeError {}

/** What the state of a mutex in these words says when code of this thread holds it that blocks. */
export function heldHere(words: Int32Array): number {
  return realmOf(words).self * SOME_HOLDER;
}

/** The same for a task that awaits. */
export function heldByTaskHere(words: Int32Array): number {
  return heldHere(words) | BY_TASK;
}

/** Takes a free mutex that nobody waits for: the fast path. */
export function tryFree(words: Int32Array, at: number, holder: number): boolean {
  return Atomics.compareExchange(words, at, FREE, holder) === FREE;
}

/** Takes a free mutex, without waiting and without a trace if it is held. Raises OwnerDiedError. */
export function tryTake(words: Int32Array, at: number, holder: number): boolean {
  const state = Atomics.compareExchange(words, at, FREE, holder);
  if (state === FREE) return true;
  if (isAbandoned(state)) throw ownerDied(words, at, state);
  return state === FREE_WAITED && Atomics.compareExchange(words, at, FREE_WAITED, holder | WAITED) === FREE_WAITED;
}

/**
 * Takes a free mutex, or says in its state that somebody waits. Comes back: 0 if it was taken, else the state to sleep
 * on. Raises OwnerDiedError.
 */
export function takeOrMark(words: Int32Array, at: number, holder: number): number {
  for (;;) {
    const state = Atomics.load(words, at);
    if (isAbandoned(state)) throw ownerDied(words, at, state);
    const next = isFree(state) ? holder | WAITED : state | WAITED;
    if (state !== next && Atomics.compareExchange(words, at, state, next) !== state) continue;
    return isFree(state) ? 0 : next;
  }
}

/** Takes it, blocking; false after the deadline. Raises OwnerDiedError, and KeyboardInterrupt after Ctrl-C on the main thread. */
export function takeSync(words: Int32Array, at: number, holder: number, deadline: number): boolean {
  for (;;) {
    const state = takeOrMark(words, at, holder);
    if (state === 0) return true;
    const parked = park(words, at, state, deadline, holderIn(state));
    if (parked === false) return false;
    if (parked === 'slice over') inspect(words, at);
  }
}

/**
 * Takes one that is only ever held for some hundred nanoseconds. Comes back: false if the thread that held it was ended
 * meanwhile, so that what it protects may be half done. It is taken all the same.
 *
 * @param held as {@link heldHere} says it, which is asked once for all calls
 */
export function lockBriefly(words: Int32Array, at: number, held: number): boolean {
  if (tryFree(words, at, held)) return true;
  try {
    for (let spin = 0; spin < SPINS; spin++) {
      Atomics.pause();
      if (!isHeld(words, at) && tryTake(words, at, held)) return true;
    }
    return takeSync(words, at, held, Infinity);
  } catch (error) {
    if (!(error instanceof OwnerDiedError)) throw error;
    lockBriefly(words, at, held);
    return false;
  }
}

/** Marks it as abandoned if its holder's thread has ended, and wakes who waits. */
export function inspect(words: Int32Array, at: number): void {
  const state = Atomics.load(words, at);
  if (isFree(state) || !realmOf(words).hasEnded(holderIn(state))) return;
  if (Atomics.compareExchange(words, at, state, ABANDONED) === state) wake(words, at, undefined);
}

/** Gives it back, and wakes who waits: `line` are those of this thread who await it, if any can. Comes back: false if it was free. */
export function giveBack(words: Int32Array, at: number, line?: Awaiting): boolean {
  const state = Atomics.exchange(words, at, FREE);
  if (isFree(state)) {
    // as it was
    if (state !== FREE) Atomics.compareExchange(words, at, FREE, state);
    return false;
  }
  if ((state & WAITED) === 0) return true;
  // nobody sleeps on a free mutex, so whoever takes it before this line is not harmed
  Atomics.compareExchange(words, at, FREE, FREE_WAITED);
  wake(words, at, line);
  return true;
}

export function isHeld(words: Int32Array, at: number): boolean {
  return !isFree(Atomics.load(words, at));
}

/** How it is held, as {@link heldHere} and {@link heldByTaskHere} say it. */
export function heldAs(words: Int32Array, at: number): number {
  return Atomics.load(words, at) & ~WAITED;
}

/** Whether this thread holds it, for code or for a task. */
export function isHeldHere(words: Int32Array, at: number, held: number): boolean {
  return (Atomics.load(words, at) & ~(WAITED | BY_TASK)) === held;
}

/** Who holds a mutex, for those who await it. */
export class Holder {
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** As the realm of the words knows him; 0 if nobody does. */
  get number(): number {
    const state = Atomics.load(this.#words, this.#at);
    return isFree(state) ? 0 : holderIn(state);
  }

  /** See {@link inspect}. */
  inspect(): void {
    inspect(this.#words, this.#at);
  }
}

/** The number of who holds it, in its state. */
function holderIn(state: number): number {
  return Math.floor(state / SOME_HOLDER);
}

function isFree(state: number): boolean {
  return state < SOME_HOLDER;
}

function isAbandoned(state: number): boolean {
  return state >= ABANDONED && state < SOME_HOLDER;
}

/** Makes it free, for whoever comes next. */
function ownerDied(words: Int32Array, at: number, state: number): OwnerDiedError {
  if (Atomics.compareExchange(words, at, state, FREE_WAITED) === state) wake(words, at, undefined);
  return new OwnerDiedError(
    'the thread or process that held the lock has ended without releasing it: what the lock protects may be half done; the lock is free now',
  );
}

function wake(words: Int32Array, at: number, line: Awaiting | undefined): void {
  const woken = notify(words, at, 1);
  const here = line?.idle === false;
  const others = Atomics.load(words, at + 2) - (here ? 1 : 0);
  if (woken > 0 || others > 0) ring(words, at + 1, at + 2);
  // nobody else waits: no wake-up through the event loop is needed
  else if (here) line.serveSoon();
  else Atomics.compareExchange(words, at, FREE_WAITED, FREE);
}
