import { Lock } from './lock.ts';
import { RLock } from './rlock.ts';

export interface ValueOptions {
  /** The lock of the value. Default: true, an RLock of its own. */
  readonly lock?: true | Lock | RLock | undefined;
}

/** The lock of a shared value. Raises TypeError, with the class that has none, for what is no lock. */
export function chosenLock({ lock = true }: ValueOptions = {}, raw: string): Lock | RLock {
  if (lock === true) return new RLock();
  if (lock instanceof Lock || lock instanceof RLock) return lock;
  throw new TypeError(`lock must be a Lock, an RLock or true, not ${String(lock)}; without a lock it is a ${raw}`);
}
