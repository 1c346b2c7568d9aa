/** What `postMessage` carries without our help, and without losing anything of it. */
import { types } from 'node:util';
import { reduce } from './reduce.ts';

/** Objects looked at before it is worth remembering which were. Cycles go on for ever, so this also finds those. */
const few = 200;
let left = few;

/** Whether a value holds nothing that must be changed before it is sent. May say no for large or cyclic data. */
export function isPlainAndSmall(value: unknown): boolean {
  left = few;
  return isPlain(value, undefined);
}

/**
 * The same for data of any size. `seen` keeps the answers, so that all questions about one graph of objects cost one walk;
 * what refers back to an object that is still being looked at counts as not plain.
 */
export function isPlain(value: unknown, seen: Map<object, boolean> | undefined): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  if (seen === undefined) return left-- > 0 && holdsPlain(value, seen);
  const before = seen.get(value);
  if (before !== undefined) return before;
  seen.set(value, false);
  const answer = holdsPlain(value, seen);
  if (answer) seen.set(value, true);
  return answer;
}

function holdsPlain(value: object, seen: Map<object, boolean> | undefined): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    if (types.isProxy(value)) return false;
    const array = value as readonly unknown[];
    for (let i = 0; i < array.length; i++) if (!isPlain(array[i], seen)) return false;
    return true;
  }
  if (prototype === Object.prototype || prototype === null) {
    if (reduce in value || types.isProxy(value)) return false;
    for (const key in value) if (!isPlain((value as Record<string, unknown>)[key], seen)) return false;
    return true;
  }
  if (prototype === Map.prototype) {
    for (const [key, item] of value as Map<unknown, unknown>)
      if (!isPlain(key, seen) || !isPlain(item, seen)) return false;
    return true;
  }
  if (prototype === Set.prototype) {
    for (const item of value as Set<unknown>) if (!isPlain(item, seen)) return false;
    return true;
  }
  return leaves.has(prototype as object);
}

/** Of the language, and missing from its types. */
declare const WebAssembly: { readonly Module: { readonly prototype: object } };

/** The classes whose instances hold no other objects and are cloned whole. */
const leaves = new Set<object>(
  [
    [Date, RegExp, Boolean, Number, String, BigInt, ArrayBuffer, SharedArrayBuffer, DataView, WebAssembly.Module],
    [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    [Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ].flatMap((classes: readonly { readonly prototype: object }[]) => classes.map(({ prototype }) => prototype)),
);
