/** Python's `threading.Lock`: https://docs.python.org/3/library/threading.html#lock-objects */
import { RuntimeError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting } from './awaiting.ts';
import { LockLike } from './lock-like.ts';
import {
  giveBack,
  heldAs,
  heldByTaskHere,
  heldHere,
  Holder,
  isHeld,
  isHeldHere,
  MUTEX_WORDS,
  takeOrMark,
  takeSync,
  tryFree,
  tryTake,
} from './mutex.ts';
import { isReceived, memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { acquireDeadline } from './waiting.ts';
import type { AcquireOptions, AcquireSyncOptions } from './waiting.ts';

/** The last one is for who watches locks: see LockOrder. */
const WORDS = MUTEX_WORDS + 1;

/**
 * A lock for code that awaits and code that blocks, in all threads that were given it. It belongs to nobody: any thread may
 * release it. Not re-entrant: see RLock. It is not fair: who comes by when it is free may take it before those who wait, but
 * the tasks of one thread take turns.
 */
export class Lock extends LockLike {
  static {
    reducible(Lock, (lock) => [Lock, [lock.share()]]);
  }

  readonly #memory: ObjectMemory;
  readonly #words: Int32Array;
  readonly #held: number;
  readonly #heldByTask: number;
  readonly #awaiting: Awaiting;
  #shared: boolean;

  /** @param memory that of the lock which it shall be, as another thread sends it; without it, a new lock */
  constructor(memory?: ObjectMemory | Allocate) {
    super();
    this.#shared = isReceived(memory);
    this.#memory = memoryFor(4 * WORDS, memory);
    this.#words = wordsOf(this.#memory);
    this.#held = heldHere(this.#words);
    this.#heldByTask = heldByTaskHere(this.#words);
    this.#awaiting = new Awaiting(this.#words, 1, 2, new Holder(this.#words, 0));
  }

  override async acquire(options?: AcquireOptions): Promise<boolean> {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    options?.signal?.throwIfAborted();
    if (this.#awaiting.idle && tryTake(this.#words, 0, this.#heldByTask)) return true;
    if (deadline === 0) return false;
    return this.#awaiting.wait(() => takeOrMark(this.#words, 0, this.#heldByTask) === 0, deadline, options?.signal);
  }

  /** Raises RuntimeError instead of waiting for ever, where only this thread could release it. */
  override acquireSync(options?: AcquireSyncOptions): boolean {
    if (options === undefined && tryFree(this.#words, 0, this.#held)) return true;
    return this.#acquireSync(options);
  }

  /** Raises RuntimeError if it is free. */
  override release(): void {
    if (!giveBack(this.#words, 0, this.#awaiting)) throw new RuntimeError('release unlocked lock');
  }

  /** Whether somebody holds it, at this moment. */
  locked(): boolean {
    return isHeld(this.#words, 0);
  }

  /** Whether somebody holds it: it belongs to nobody in particular. */
  isOwned(): boolean {
    return this.locked();
  }

  /** For who watches locks. @internal */
  get words(): Int32Array {
    return this.#words;
  }

  /** Whether its holder may take it again. @internal */
  get reentrant(): boolean {
    return false;
  }

  /** Gives it up for a condition, which waits without it. @internal */
  releaseAll(): void {
    this.release();
  }

  /** Takes it again after {@link releaseAll}, however long that takes. @internal */
  async acquireAll(): Promise<void> {
    await this.acquire();
  }

  /** As {@link acquireAll}, blocking. @internal */
  acquireAllSync(): void {
    if (!tryTake(this.#words, 0, this.#held)) takeSync(this.#words, 0, this.#held, Infinity);
  }

  /** Its memory, for another thread. */
  protected share(): ObjectMemory {
    this.#shared = true;
    return this.#memory;
  }

  #acquireSync(options: AcquireSyncOptions | undefined): boolean {
    const deadline = options === undefined ? Infinity : acquireDeadline(options);
    if (tryTake(this.#words, 0, this.#held)) return true;
    if (deadline === 0) return false;
    if (deadline === Infinity) this.#refuseDeadlock();
    return takeSync(this.#words, 0, this.#held, deadline);
  }

  #refuseDeadlock(): void {
    const byTask = heldAs(this.#words, 0) === this.#heldByTask;
    if (!byTask && (this.#shared || !isHeldHere(this.#words, 0, this.#held))) return;
    throw new RuntimeError(
      `acquireSync would wait for ever: ${byTask ? 'a task of this thread' : 'this thread'} holds the lock, and cannot ` +
        `release it while the thread is blocked: use \`await lock.acquire()\``,
    );
  }
}
