/** Python's `multiprocessing.sharedctypes`: https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.sharedctypes */
import type { TypeCode } from './cells.ts';
import type { Lock } from './lock.ts';
import type { RLock } from './rlock.ts';
import { RawArray, SharedArray } from './shared-array.ts';
import { RawValue, Value } from './value.ts';

/** The same value or array, with a lock; default: a new RLock. */
export function synchronized<C extends TypeCode>(raw: RawValue<C>, lock?: Lock | RLock): Value<C>;
export function synchronized<C extends TypeCode>(raw: RawArray<C>, lock?: Lock | RLock): SharedArray<C>;
export function synchronized<C extends TypeCode>(
  raw: RawValue<C> | RawArray<C>,
  lock?: Lock | RLock,
): Value<C> | SharedArray<C> {
  if (raw instanceof RawArray) return new SharedArray<C>(raw.type, 0, { lock }, raw.memory);
  return new Value<C>(raw.type, undefined, { lock }, raw.memory);
}

/** A new value or array without a lock, which begins as this one is now. */
export function copy<C extends TypeCode>(shared: RawValue<C>): RawValue<C>;
export function copy<C extends TypeCode>(shared: RawArray<C>): RawArray<C>;
export function copy<C extends TypeCode>(shared: RawValue<C> | RawArray<C>): RawValue<C> | RawArray<C> {
  if (shared instanceof RawArray) return new RawArray<C>(shared.type, shared);
  return new RawValue<C>(shared.type, shared.value);
}
