/** Python's shared arrays: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Array */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import type { ArrayInit, TypeCode } from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';
import { chosenLock } from './value-lock.ts';
import type { ValueOptions } from './value-lock.ts';

/** An array of fixed length that processes share; otherwise as the RawArray of @p8/threading. */
export class RawArray<C extends TypeCode = TypeCode> extends threading.RawArray<C> {
  static {
    reducible<RawArray>(RawArray, (array) => [RawArray, [array.type, 0, array.memory]]);
  }

  /**
   * Raises ValueError for an unknown type or an impossible length, TypeError if an item is of another type, and MemoryError if there is
   * no room.
   *
   * @param place that of the array which it shall be, as another process sends it; `init` is not used then
   */
  constructor(type: C, init: ArrayInit<C>, place?: MappedPlace) {
    super(type, init, place ?? allocate);
  }
}

/** A {@link RawArray} with a lock, for changes in several steps. */
export class SharedArray<C extends TypeCode = TypeCode> extends threading.SharedArray<C> {
  static {
    reducible<SharedArray>(SharedArray, (array) => [
      SharedArray,
      [array.type, 0, { lock: array.getLock() }, array.memory],
    ]);
  }

  /** As RawArray; raises TypeError if `lock` is no lock that processes share. */
  constructor(type: C, init: ArrayInit<C>, options?: ValueOptions, place?: MappedPlace) {
    super(type, init, { lock: chosenLock(options, 'RawArray') }, place ?? allocate);
  }

  /** The same array without the lock. */
  override getObj(): RawArray<C> {
    return new RawArray<C>(this.type, 0, this.memory as MappedPlace);
  }
}

importable(import.meta, { RawArray, SharedArray });
