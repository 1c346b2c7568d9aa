/**
 * The locks in the server of a manager: they belong to a connection of a client, so that one who goes gives back what he held.
 *
 * https://docs.python.org/3/library/threading.html#lock-objects
 */
import { RuntimeError } from '@p8/errors';
import { OwnerDiedError } from '@p8/threading';
import type { Seconds } from '@p8/threading';
import { currentCaller } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { Signatures } from '../apply.ts';
import { acquireLimit, WaitingLine } from './waiting-line.ts';

const ACQUIRE: Signatures = { acquire: ['blocking', 'timeout'] };

/** A lock that anybody may release. When its holder goes, the next one who asks for it hears so; after that it is free. */
export class ManagedLock {
  static readonly signatures: Signatures = ACQUIRE;

  readonly #line = new WaitingLine<true>();
  #holder: Caller | undefined;
  #forgetFarewell: (() => void) | undefined;
  #isAbandoned = false;

  acquire(blocking: unknown = true, timeout: unknown = null): boolean | Promise<boolean> {
    return this.take(currentCaller(), acquireLimit(blocking, timeout));
  }

  release(): void {
    if (this.#holder === undefined) throw new RuntimeError('release unlocked lock');
    this.giveBack();
  }

  locked(): boolean {
    return this.#holder !== undefined;
  }

  /** Who holds it. */
  protected get holder(): Caller | undefined {
    return this.#holder;
  }

  /** Takes it for a caller, and waits for it. Raises OwnerDiedError. */
  protected take(caller: Caller, limit: Seconds | null): boolean | Promise<boolean> {
    if (this.#isAbandoned) {
      this.#isAbandoned = false;
      throw ownerDied();
    }
    if (this.#holder === undefined) {
      this.#hold(caller);
      return true;
    }
    return limit === 0 ? false : this.#waitFor(caller, limit);
  }

  protected giveBack(): void {
    this.#forgetFarewell?.();
    this.#holder = undefined;
    this.#handOver();
  }

  async #waitFor(caller: Caller, limit: Seconds | null): Promise<boolean> {
    return (await this.#line.wait(caller, limit)) ?? false;
  }

  /** Who is served holds it from this moment on, before anybody else can ask. */
  #handOver(): void {
    const caller = this.#line.firstCaller;
    if (caller === undefined) return;
    this.#hold(caller);
    this.#line.serveFirst(true);
  }

  #hold(caller: Caller): void {
    this.#holder = caller;
    this.#forgetFarewell = caller.onGone(() => this.#abandon());
  }

  #abandon(): void {
    this.#holder = undefined;
    this.onAbandoned();
    this.#isAbandoned = !this.#line.failFirst(ownerDied());
    this.#handOver();
  }

  /** May be overridden: its holder has gone. */
  protected onAbandoned(): void {}
}

/** A lock that its holder may take again, and that only he releases. */
export class ManagedRLock extends ManagedLock {
  #count = 0;

  protected override take(caller: Caller, limit: Seconds | null): boolean | Promise<boolean> {
    if (this.holder !== caller) return this.#first(super.take(caller, limit));
    this.#count += 1;
    return true;
  }

  override release(): void {
    this.checkOwner('cannot release un-acquired lock');
    this.#count -= 1;
    if (this.#count === 0) this.giveBack();
  }

  /** Raises RuntimeError if the caller does not hold it. */
  checkOwner(otherwise: string): void {
    if (this.holder !== currentCaller()) throw new RuntimeError(otherwise);
  }

  /** Gives it up for a while, however often it was taken; what comes back takes it again as it was. */
  suspend(): (caller: Caller) => Promise<void> {
    const count = this.#count;
    this.#count = 0;
    this.giveBack();
    return async (caller) => {
      await this.take(caller, null);
      this.#count = count;
    };
  }

  protected override onAbandoned(): void {
    this.#count = 0;
  }

  #first(taken: boolean | Promise<boolean>): boolean | Promise<boolean> {
    if (taken === true) this.#count = 1;
    return typeof taken === 'boolean' ? taken : taken.then((later) => this.#first(later));
  }
}

function ownerDied(): OwnerDiedError {
  return new OwnerDiedError(
    'the client that held the lock has gone without releasing it: what it protects may be half done',
  );
}
