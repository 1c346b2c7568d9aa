/**
 * Locks that live in the server of a manager. A client that goes away, however it does, gives back what it holds; who asks for a Lock or an
 * RLock next hears so once, by OwnerDiedError.
 *
 * https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Lock
 */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import type { AcquireOptions, AcquireSyncOptions, WaitOptions } from '@p8/threading';
import { BaseProxy } from '../base-proxy.ts';
import type { Channel } from '../channel.ts';
import type { Change, Holder } from '../holdings.ts';
import { Link } from '../link.ts';
import { anybody, becomeTask, inTask, taskHere } from './holder.ts';

/** A proxy of a Lock, a Semaphore or a BoundedSemaphore: anybody may release it. */
export class AcquirerProxy extends BaseProxy {
  static readonly exposed: readonly string[] = ['acquire', 'release', 'locked'];

  /** Waits until it is free, and takes it. Comes back: false after the time, or at once with `blocking: false`, if it was not free. */
  async acquire(options: AcquireOptions = {}): Promise<boolean> {
    const { signal, args } = acquireArguments(options);
    return (await this.hold(this.newHolder(), true, 'acquire', args, taken, { signal })) as boolean;
  }

  acquireSync(options: AcquireSyncOptions = {}): boolean {
    return this.holdSync(this.holder(), true, 'acquire', acquireArguments(options).args, taken) as boolean;
  }

  /** Raises RuntimeError if it is free, ValueError for a BoundedSemaphore that is released too often. */
  async release(): Promise<void> {
    await this.hold(this.holder(), false, 'release', [], given, {});
  }

  releaseSync(): void {
    this.holdSync(this.holder(), false, 'release', [], given);
  }

  /** Whether somebody holds it; of a semaphore, whether nothing is left. Raises AttributeError in a manager of CPython before 3.14. */
  async locked(): Promise<boolean> {
    return (await this.callMethod('locked', [], undefined, { waits: false })) as boolean;
  }

  lockedSync(): boolean {
    return this.callMethodSync('locked') as boolean;
  }

  /** Runs a function while it holds the lock. */
  async with<T>(body: () => T, options: Pick<WaitOptions, 'signal'> = {}): Promise<Awaited<T>> {
    await this.acquire(options);
    try {
      return await body();
    } finally {
      await this.release();
    }
  }

  withSync<T>(body: () => T): T {
    this.acquireSync();
    try {
      return body();
    } finally {
      this.releaseSync();
    }
  }

  /** May be overridden: who acquires, and who does anything else with it. */
  protected newHolder(): Holder {
    return anybody;
  }

  protected holder(): Holder {
    return anybody;
  }

  /** Whether its holder may take it again, on the same channel. */
  protected get isReentrant(): boolean {
    return false;
  }

  /** Calls a method by the channel of the holder. */
  protected async hold(
    holder: Holder,
    fresh: boolean,
    method: string,
    args: readonly unknown[],
    change: Change,
    options: WaitOptions,
  ): Promise<unknown> {
    const { site } = this;
    const limits = { ...this.limits, ...options };
    // in the server itself everybody is one
    if (!(site instanceof Link)) return site.call(this.token.id, method, args, undefined, limits);
    const call = (channel: Channel) => channel.call([this.token.id, method, args, undefined], limits);
    return site.holdingsOf(this.token.id).on(holder, fresh && !this.isReentrant, call, change);
  }

  protected holdSync(
    holder: Holder,
    fresh: boolean,
    method: string,
    args: readonly unknown[],
    change: Change,
  ): unknown {
    const { site } = this;
    const { timeout = null } = this.limits;
    if (!(site instanceof Link)) return site.callSync(this.token.id, method, args, undefined, { timeout });
    const call = (channel: Channel) => channel.callSync([this.token.id, method, args, undefined], timeout);
    return site.holdingsOf(this.token.id).onSync(holder, fresh && !this.isReentrant, call, change);
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.AcquirerProxy');
  }
}

/** A proxy of an RLock: it belongs to the asynchronous task that took it, and code that blocks is one with its thread. */
export class RLockProxy extends AcquirerProxy {
  /** Runs a function while it holds the lock, as a task of its own unless the caller holds the lock already. */
  override with<T>(body: () => T, options: Pick<WaitOptions, 'signal'> = {}): Promise<Awaited<T>> {
    const again = this.site instanceof Link && this.site.holdingsOf(this.token.id).has(this.holder());
    return again ? super.with(body, options) : inTask(() => super.with(body, options));
  }

  protected override newHolder(): Holder {
    return becomeTask();
  }

  protected override holder(): Holder {
    return taskHere();
  }

  protected override get isReentrant(): boolean {
    return true;
  }
}

function taken(outcome: unknown): number {
  return outcome === true ? 1 : 0;
}

function given(): number {
  return -1;
}

function acquireArguments({ blocking = true, timeout = null, signal }: AcquireOptions) {
  return { signal, args: timeout === null || timeout === -1 ? [blocking] : [blocking, timeout] };
}

importable(import.meta, { AcquirerProxy, RLockProxy });
