/** Python's `multiprocessing.Condition`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Condition */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';
import { checkLock, RLock } from './lock.ts';
import type { Lock } from './lock.ts';

/** A condition that processes share; otherwise as that of @p8/threading. A notification is not given to those who have ended. */
export class Condition extends threading.Condition {
  static {
    reducible(Condition, (condition) => [Condition, condition.share()]);
  }

  /**
   * Raises TypeError for a lock that processes cannot share.
   *
   * @param lock the lock to use; default: a new RLock
   * @param place that of the condition which it shall be, as another process sends it
   */
  constructor(lock: Lock | RLock = new RLock(), place?: MappedPlace) {
    checkLock(lock);
    super(lock, place ?? allocate);
  }
}

importable(import.meta, { Condition });
