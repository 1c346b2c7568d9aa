/** https://docs.python.org/3/library/threading.html#condition-objects, in the server of a manager. */
import { RuntimeError } from '@p8/errors';
import type { Signatures } from '../apply.ts';
import { currentCaller } from '../caller.ts';
import type { Caller } from '../caller.ts';
import { ManagedRLock } from './managed-lock.ts';
import { limitOf, WaitingLine } from './waiting-line.ts';

export class ManagedCondition extends ManagedRLock {
  static override readonly signatures: Signatures = {
    ...ManagedRLock.signatures,
    new: [],
    wait: ['timeout'],
    notify: ['n'],
  };

  readonly #sleepers = new WaitingLine<true>();

  wait(timeout: unknown = null): Promise<boolean> {
    const caller = currentCaller();
    this.checkOwner('cannot wait on un-acquired lock');
    return this.#sleep(caller, timeout);
  }

  notify(n = 1): void {
    this.checkOwner('cannot notify on un-acquired lock');
    for (let i = 0; i < n; i++) if (!this.#sleepers.serveFirst(true)) return;
  }

  notify_all(): void {
    this.notify(this.#sleepers.length);
  }

  async #sleep(caller: Caller, timeout: unknown): Promise<boolean> {
    const notified = this.#sleepers.wait(caller, limitOf(timeout));
    const resume = this.suspend();
    const was = (await notified) ?? false;
    if (caller.gone) throw new RuntimeError('the client has gone');
    await resume(caller);
    return was;
  }
}
