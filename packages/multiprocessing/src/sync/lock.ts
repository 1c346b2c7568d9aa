/** Python's `multiprocessing.Lock`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';

/**
 * A lock that processes share; otherwise as the Lock of @p8/threading. If the process or thread that holds it ends, however it does,
 * the next who asks for it gets OwnerDiedError, and the lock is free.
 */
export class Lock extends threading.Lock {
  static {
    reducible(Lock, (lock) => [Lock, [lock.share()]]);
  }

  /** @param place that of the lock which it shall be, as another process sends it; without it, a new lock */
  constructor(place?: MappedPlace) {
    super(place ?? allocate);
  }
}

/** A lock that its owner may take again, which processes share: see {@link Lock}, and the RLock of @p8/threading. */
export class RLock extends threading.RLock {
  static {
    reducible(RLock, (lock) => [RLock, [lock.share()]]);
  }

  /** @param place that of the lock which it shall be, as another process sends it; without it, a new lock */
  constructor(place?: MappedPlace) {
    super(place ?? allocate);
  }
}

/** Raises TypeError for what is no lock of processes. */
export function checkLock(lock: unknown): asserts lock is Lock | RLock {
  if (lock instanceof Lock || lock instanceof RLock) return;
  throw new TypeError(`lock must be a Lock or an RLock of @p8/multiprocessing, not ${described(lock)}`);
}

function described(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return value instanceof threading.LockLike ? `the ${value.constructor.name} of threads` : value.constructor.name;
}

importable(import.meta, { Lock, RLock });
