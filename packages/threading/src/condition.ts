/** Python's `threading.Condition`: https://docs.python.org/3/library/threading.html#condition-objects */
import { RuntimeError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import type { Lock } from './lock.ts';
import { LockLike } from './lock-like.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { RLock } from './rlock.ts';
import type { Recursion } from './rlock.ts';
import { WaitLine } from './wait-line.ts';
import { deadlineOf } from './waiting.ts';
import type { AcquireOptions, AcquireSyncOptions, BlockOptions, WaitOptions } from './waiting.ts';

/**
 * A place to wait, without holding a lock, until another thread or task that holds it says that something has changed.
 * Acquire and release are those of the lock: `condition.with(body)` holds it.
 */
export class Condition extends LockLike {
  static {
    reducible(Condition, (condition) => [Condition, condition.share()]);
  }

  readonly #lock: Lock | RLock;
  readonly #line: WaitLine;

  /**
   * @param lock the lock to use; default: a new RLock
   * @param memory that of the condition which it shall be, as another thread sends it
   */
  constructor(lock: Lock | RLock = new RLock(), memory?: ObjectMemory | Allocate) {
    super();
    this.#lock = lock;
    this.#line = new WaitLine(memory);
  }

  override acquire(options?: AcquireOptions): Promise<boolean> {
    return this.#lock.acquire(options);
  }

  override acquireSync(options?: AcquireSyncOptions): boolean {
    return this.#lock.acquireSync(options);
  }

  override release(): void {
    this.#lock.release();
  }

  override with<T>(body: () => T, options?: Pick<WaitOptions, 'signal'>): Promise<Awaited<T>> {
    return this.#lock.with(body, options);
  }

  /** Whether somebody holds the lock, at this moment. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Releases the lock, waits to be notified, and takes the lock again, however long that takes. Comes back: true, or false
   * after the time limit. Raises RuntimeError if the caller does not hold the lock. A call that is ended by its signal after it was
   * notified comes back true: no notification is lost.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    const deadline = this.#begin(options);
    options?.signal?.throwIfAborted();
    const ticket = this.#line.enter();
    const recursion = this.#lock.releaseAll() as Recursion;
    let notified = false;
    try {
      notified = await this.#line.wait(ticket, deadline, options?.signal);
    } catch (error) {
      await this.#takeAgain(recursion);
      if (this.#line.leave(ticket)) return true;
      throw error;
    }
    await this.#takeAgain(recursion);
    return notified || this.#line.leave(ticket);
  }

  /** As `wait`, but blocks this thread. Raises KeyboardInterrupt, with the lock held again, after Ctrl-C on the main thread. */
  waitSync(options?: BlockOptions): boolean {
    const deadline = this.#begin(options);
    const ticket = this.#line.enter();
    const recursion = this.#lock.releaseAll() as Recursion;
    let notified = false;
    try {
      notified = this.#line.waitSync(ticket, deadline);
    } finally {
      this.#takeAgainSync(recursion);
      // whoever leaves with an error has no use for a notification: it is the next one's
      if (!notified) notified = this.#line.leave(ticket);
    }
    return notified;
  }

  /** Waits until the predicate, called with the lock held, is truthy; comes back: its last value. The time limit is for the whole call. */
  async waitFor<T>(predicate: () => T, options?: WaitOptions): Promise<T> {
    const deadline = this.#begin(options);
    for (let value = predicate(); ; value = predicate()) {
      const left = (deadline - performance.now()) / 1000;
      if (value || left <= 0) return value;
      await this.wait({ timeout: deadline === Infinity ? null : left, signal: options?.signal });
    }
  }

  /** As `waitFor`, but blocks this thread. */
  waitForSync<T>(predicate: () => T, options?: BlockOptions): T {
    const deadline = this.#begin(options);
    for (let value = predicate(); ; value = predicate()) {
      const left = (deadline - performance.now()) / 1000;
      if (value || left <= 0) return value;
      this.waitSync({ timeout: deadline === Infinity ? null : left });
    }
  }

  /** Wakes the first n who wait, or as many as there are. Raises RuntimeError if the caller does not hold the lock. */
  notify(n = 1): void {
    this.#checkHeld('notify');
    this.#line.notify(n);
  }

  /** Wakes all who wait. Raises RuntimeError if the caller does not hold the lock. */
  notifyAll(): void {
    this.notify(Infinity);
  }

  /** Its lock and its memory, for another thread. */
  protected share(): readonly [lock: Lock | RLock, memory: ObjectMemory] {
    return [this.#lock, this.#line.memory];
  }

  /** Whatever is raised, by Ctrl-C or because a holder's thread has ended: a wait ends with the lock held. */
  async #takeAgain(recursion: Recursion): Promise<void> {
    try {
      await this.#lock.acquireAll(recursion);
    } catch (error) {
      await this.#takeAgain(recursion);
      throw error;
    }
  }

  #takeAgainSync(recursion: Recursion): void {
    try {
      this.#lock.acquireAllSync(recursion);
    } catch (error) {
      this.#takeAgainSync(recursion);
      throw error;
    }
  }

  #begin(options: BlockOptions | undefined): number {
    this.#checkHeld('wait');
    return deadlineOf(options);
  }

  #checkHeld(what: string): void {
    if (!this.#lock.isOwned()) throw new RuntimeError(`cannot ${what} on un-acquired lock`);
  }
}
