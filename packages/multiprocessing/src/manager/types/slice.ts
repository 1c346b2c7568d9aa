/** Python's `slice`, as an index of a list. https://docs.python.org/3/reference/datamodel.html#slice.indices */
import { ValueError } from '@p8/errors';
import { PyObject } from '@p8/pickle/cpython';

const SLICE = 'builtins.slice';

/** `[start:stop:step]`; null is Python's left-out part. */
export function sliceOf(start: number | null, stop: number | null, step: number | null = null): PyObject {
  return new PyObject(SLICE, [start, stop, step]);
}

export function isSlice(value: unknown): value is PyObject {
  return value instanceof PyObject && String(value.type) === SLICE;
}

/** The places that a slice means in a list of this length, with the bounds that it comes to. */
export function placesOf(
  slice: PyObject,
  length: number,
): { start: number; stop: number; step: number; places: number[] } {
  const [first, last, by] = slice.args.map(boundOf);
  const step = by ?? 1;
  if (step === 0) throw new ValueError('slice step cannot be zero');
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const within = (bound: number) => Math.max(lowest, Math.min(highest, bound < 0 ? bound + length : bound));
  const start = first === undefined ? (step > 0 ? lowest : highest) : within(first);
  const stop = last === undefined ? (step > 0 ? highest : lowest) : within(last);
  const places: number[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) places.push(at);
  return { start, stop, step, places };
}

function boundOf(bound: unknown): number | undefined {
  if (bound === null || bound === undefined) return undefined;
  if (typeof bound === 'bigint') return Number(bound);
  if (typeof bound === 'number' && Number.isInteger(bound)) return bound;
  if (typeof bound === 'boolean') return Number(bound);
  throw new TypeError('slice indices must be integers or None or have an __index__ method');
}
