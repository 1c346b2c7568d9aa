/**
 * Writes what CPython's pickle reads.
 *
 * https://docs.python.org/3/library/pickle.html
 */
import { ValueError } from '@p8/errors';
import { type AllowList, tableOf } from './allow.ts';
import { Pickler } from './pickler.ts';

export interface DumpOptions {
  /** 4, which every Python 3 reads (the default), or 5, for 3.8 and later. They differ in bytearrays only. */
  readonly protocol?: 4 | 5;
  /** Classes for this call, before those of `allow()`. Keep the object: it is read once. */
  readonly allow?: AllowList;
}

/**
 * Makes a pickle of a value. A number becomes an int if it is a safe integer, and else a float (`new PyFloat(2)` is 2.0), a
 * bigint an int, a string str, bytes (Uint8Array, Buffer, ArrayBuffer) bytes, null and undefined None, an array a list,
 * `PyTuple` a tuple, a plain object or a Map a dict, a Set a set, a Date an aware datetime, an error the exception of its
 * class, or of the nearest that Python has. What is shared or cyclic stays so.
 *
 * Raises PicklingError, with the place in the value and the fix, for what Python has no type for.
 */
export function dump(value: unknown, options: DumpOptions = {}): Buffer {
  const { protocol = 4, allow } = options;
  if (protocol !== 4 && protocol !== 5) throw new ValueError(`dump: protocol must be 4 or 5, not ${String(protocol)}`);
  return new Pickler(tableOf(allow), protocol).dump(value);
}
