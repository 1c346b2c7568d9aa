/** Python's `multiprocessing.Semaphore`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Semaphore */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';

/**
 * A counter that processes share; otherwise as the Semaphore of @p8/threading. It belongs to nobody, so what a process has taken that
 * is killed is not given back.
 */
export class Semaphore extends threading.Semaphore {
  static {
    reducible(Semaphore, (semaphore) => [Semaphore, [0, semaphore.share()]]);
  }

  /**
   * Raises ValueError if the value is not a whole number from 0 to 2147483647.
   *
   * @param place that of the semaphore which it shall be, as another process sends it; the value is not used then
   */
  constructor(value = 1, place?: MappedPlace) {
    super(value, place ?? allocate);
  }

  /** How many can be taken at this moment: Python's `get_value()`. */
  getValue(): number {
    return this.value;
  }
}

/** A semaphore that is never released more often than it was taken, by all processes together. */
export class BoundedSemaphore extends threading.BoundedSemaphore {
  static {
    reducible(BoundedSemaphore, (semaphore) => [BoundedSemaphore, [semaphore.initial, semaphore.share()]]);
  }

  /** As {@link Semaphore}. */
  constructor(value = 1, place?: MappedPlace) {
    super(value, place ?? allocate);
  }

  /** How many can be taken at this moment: Python's `get_value()`. */
  getValue(): number {
    return this.value;
  }
}

importable(import.meta, { Semaphore, BoundedSemaphore });
