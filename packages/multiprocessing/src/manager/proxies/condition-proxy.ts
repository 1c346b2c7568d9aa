/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Condition */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { RLockProxy } from './acquirer-proxy.ts';

/** Its lock is one that its holder may take again; all but `acquire` need it. */
export class ConditionProxy extends RLockProxy {
  static override readonly exposed: readonly string[] = [
    'acquire',
    'release',
    'locked',
    'wait',
    'notify',
    'notify_all',
  ];

  /** Gives the lock up, waits to be notified, and takes the lock again. Comes back: false after the time. Raises RuntimeError without the lock. */
  async wait({ timeout = null, signal }: WaitOptions = {}): Promise<boolean> {
    return (await this.hold(this.holder(), false, 'wait', [timeout], unchanged, { signal })) as boolean;
  }

  waitSync({ timeout = null }: BlockOptions = {}): boolean {
    return this.holdSync(this.holder(), false, 'wait', [timeout], unchanged) as boolean;
  }

  /** Waits until the predicate, which runs here and may be async, is true. Comes back: what it gave last. */
  async waitFor<T>(predicate: () => T, { timeout = null, signal }: WaitOptions = {}): Promise<Awaited<T>> {
    const until = timeout === null ? Infinity : performance.now() + timeout * 1000;
    for (;;) {
      const result = await predicate();
      const left = (until - performance.now()) / 1000;
      if (result || left <= 0) return result;
      await this.wait({ timeout: left === Infinity ? null : left, signal });
    }
  }

  waitForSync<T>(predicate: () => T, { timeout = null }: BlockOptions = {}): T {
    const until = timeout === null ? Infinity : performance.now() + timeout * 1000;
    for (;;) {
      const result = predicate();
      const left = (until - performance.now()) / 1000;
      if (result || left <= 0) return result;
      this.waitSync({ timeout: left === Infinity ? null : left });
    }
  }

  /** Wakes `n` of those who wait. Raises RuntimeError without the lock. */
  async notify(n = 1): Promise<void> {
    await this.hold(this.holder(), false, 'notify', [n], unchanged, {});
  }

  notifySync(n = 1): void {
    this.holdSync(this.holder(), false, 'notify', [n], unchanged);
  }

  async notifyAll(): Promise<void> {
    await this.hold(this.holder(), false, 'notify_all', [], unchanged, {});
  }

  notifyAllSync(): void {
    this.holdSync(this.holder(), false, 'notify_all', [], unchanged);
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.ConditionProxy');
  }
}

function unchanged(): number {
  return 0;
}

importable(import.meta, { ConditionProxy });
