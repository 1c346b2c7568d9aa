/** Python's `multiprocessing.sharedctypes`: https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.sharedctypes */
import type { TypeCode } from '@p8/threading';
import type { MappedPlace } from './arena.ts';
import type { Lock, RLock } from './lock.ts';
import { RawArray, SharedArray } from './shared-array.ts';
import { RawValue, Value } from './value.ts';

/** The same value or array, with a lock; default: a new RLock. */
export function synchronized<C extends TypeCode>(raw: RawValue<C>, lock?: Lock | RLock): Value<C>;
export function synchronized<C extends TypeCode>(raw: RawArray<C>, lock?: Lock | RLock): SharedArray<C>;
export function synchronized<C extends TypeCode>(
  raw: RawValue<C> | RawArray<C>,
  lock?: Lock | RLock,
): Value<C> | SharedArray<C> {
  const place = raw.memory as MappedPlace;
  if (raw instanceof RawArray) return new SharedArray<C>(raw.type, 0, { lock }, place);
  return new Value<C>(raw.type, undefined, { lock }, place);
}

/** A new value or array without a lock, which begins as this one is now. */
export function copy<C extends TypeCode>(shared: RawValue<C> | Value<C>): RawValue<C>;
export function copy<C extends TypeCode>(shared: RawArray<C> | SharedArray<C>): RawArray<C>;
export function copy<C extends TypeCode>(
  shared: RawValue<C> | Value<C> | RawArray<C> | SharedArray<C>,
): RawValue<C> | RawArray<C> {
  if (shared instanceof RawArray || shared instanceof SharedArray) return new RawArray<C>(shared.type, shared);
  return new RawValue<C>(shared.type, shared.value);
}
