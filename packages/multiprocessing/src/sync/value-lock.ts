import { checkLock, RLock } from './lock.ts';
import type { Lock } from './lock.ts';

export interface ValueOptions {
  /** The lock of the value. Default: true, an RLock of its own. */
  readonly lock?: true | Lock | RLock | undefined;
}

/** The lock of a shared value. Raises TypeError, with the class that has none, for what is no lock of processes. */
export function chosenLock({ lock = true }: ValueOptions = {}, raw: string): Lock | RLock {
  if (lock === true) return new RLock();
  if ((lock as unknown) === false)
    throw new TypeError(`lock must be a Lock, an RLock or true; without a lock it is a ${raw}`);
  checkLock(lock);
  return lock;
}
