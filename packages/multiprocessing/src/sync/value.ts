/** Python's shared values: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value */
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import type { CellValue, TypeCode } from '@p8/threading';
import { allocate } from './arena.ts';
import type { MappedPlace } from './arena.ts';
import { chosenLock } from './value-lock.ts';
import type { ValueOptions } from './value-lock.ts';

/** A number that processes share; otherwise as the RawValue of @p8/threading. */
export class RawValue<C extends TypeCode = TypeCode> extends threading.RawValue<C> {
  static {
    reducible<RawValue>(RawValue, (value) => [RawValue, [value.type, undefined, value.memory]]);
  }

  /**
   * Raises ValueError for an unknown type, and TypeError if the first value is of another.
   *
   * @param place that of the value which it shall be, as another process sends it; the first value is not used then
   */
  constructor(type: C, initial?: CellValue<C>, place?: MappedPlace) {
    super(type, initial, place ?? allocate);
  }
}

/** A {@link RawValue} with a lock, for changes in several steps. */
export class Value<C extends TypeCode = TypeCode> extends threading.Value<C> {
  static {
    reducible<Value>(Value, (value) => [Value, [value.type, undefined, { lock: value.getLock() }, value.memory]]);
  }

  /** As RawValue; raises TypeError if `lock` is no lock that processes share. */
  constructor(type: C, initial?: CellValue<C>, options?: ValueOptions, place?: MappedPlace) {
    super(type, initial, { lock: chosenLock(options, 'RawValue') }, place ?? allocate);
  }

  /** The same value without the lock. */
  override getObj(): RawValue<C> {
    return new RawValue(this.type, undefined, this.memory as MappedPlace);
  }
}

importable(import.meta, { RawValue, Value });
