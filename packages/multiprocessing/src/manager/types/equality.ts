/**
 * When two values are the same for Python, as a shared dict or list compares them: by what they hold, not by what object they are.
 *
 * https://docs.python.org/3/reference/expressions.html#value-comparisons
 */
import { isDeepStrictEqual, types } from 'node:util';
import { PyFloat, PyFrozenSet, PyObject, PyTuple } from '@p8/pickle/cpython';

/** Before the key of what is no text or number; a text that begins with it is marked too. */
const MARK = '\0';

/** What stands for a key in a Map: the same for keys that are equal in Python. Raises TypeError for what cannot be a key. */
export function keyOf(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? `${MARK}s${value}` : value;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value === null || value === undefined) return null;
  return MARK + markOf(value);
}

function markOf(value: unknown): string {
  if (value instanceof PyFloat) return `n${value.value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('latin1')}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (Array.isArray(value)) return `t${value.map(partOf).join('')}`;
  if (value instanceof PyFrozenSet) return `f${[...value].map(partOf).toSorted().join('')}`;
  if (value instanceof PyObject) return `o${String(value.type)}${value.args.map(partOf).join('')}`;
  throw new TypeError(`unhashable type: '${typeName(value)}': a key is a text, a number, bytes, or an array of such`);
}

/** With its length before it, so that no two lists of parts give one text. */
function partOf(value: unknown): string {
  const key = keyOf(value instanceof PyFloat ? value.value : value);
  const text = `${typeof key}${String(key)}`;
  return `${text.length}:${text}`;
}

/** A key as it is kept: an array here is a tuple for Python. */
export function asKey(value: unknown): unknown {
  if (!Array.isArray(value) || value instanceof PyTuple) return value;
  return PyTuple.from(value.map(asKey));
}

/** Python's `==`. */
export function isEqual(value: unknown, other: unknown): boolean {
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null)
    return isAtomEqual(value, other);
  if (value === other) return true;
  if (value instanceof PyFloat || other instanceof PyFloat) return Number(value) === Number(other);
  if (value instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(value, other) === 0;
  if (Array.isArray(value)) return Array.isArray(other) && isSameList(value, other);
  if (isDict(value)) return isDict(other) && isSameDict(value, other);
  if (types.isSet(value)) return types.isSet(other) && isSameSet(value, other);
  return isDeepStrictEqual(value, other);
}

function isAtomEqual(value: unknown, other: unknown): boolean {
  const [left, right] = [value, other].map((each) => (each instanceof PyFloat ? each.value : (each ?? null)));
  if (typeof left === 'object' || typeof right === 'object') return left === right;
  return keyOf(left) === keyOf(right);
}

function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  if (list instanceof PyTuple !== other instanceof PyTuple || list.length !== other.length) return false;
  return list.every((item, i) => isEqual(item, other[i]));
}

function isSameSet(set: ReadonlySet<unknown>, other: ReadonlySet<unknown>): boolean {
  return set.size === other.size && isWithin(set, other);
}

function isWithin(set: ReadonlySet<unknown>, other: ReadonlySet<unknown>): boolean {
  const keys = new Set([...other].map(keyOf));
  return [...set].every((item) => keys.has(keyOf(item)));
}

function isSameDict(dict: object, other: object): boolean {
  const [entries, others] = [entriesOf(dict), new Map(entriesOf(other).map(([key, item]) => [keyOf(key), item]))];
  if (entries.length !== others.size) return false;
  return entries.every(([key, item]) => others.has(keyOf(key)) && isEqual(item, others.get(keyOf(key))));
}

/** Whether a value is a dict for Python. */
export function isDict(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return types.isMap(value) || prototype === Object.prototype || prototype === null;
}

export function entriesOf(dict: object): [key: unknown, value: unknown][] {
  return dict instanceof Map ? [...(dict as Map<unknown, unknown>)] : Object.entries(dict);
}

/** Python's `<`. Raises TypeError where it has none. */
export function isLess(value: unknown, other: unknown): boolean {
  const [left, right] = [value, other].map((each) => (each instanceof PyFloat ? each.value : each));
  if (isNumber(left) && isNumber(right)) return left < right;
  if (typeof left === 'string' && typeof right === 'string') return isLessText(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) < 0;
  if (left instanceof Date && right instanceof Date) return left < right;
  if (Array.isArray(left) && Array.isArray(right) && left instanceof PyTuple === right instanceof PyTuple)
    return isLessList(left, right);
  if (types.isSet(left) && types.isSet(right)) return left.size < right.size && isWithin(left, right);
  throw new TypeError(`'<' not supported between instances of '${typeName(value)}' and '${typeName(other)}'`);
}

function isNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** By code points, not by the units of UTF-16. */
function isLessText(text: string, other: string): boolean {
  return Buffer.compare(Buffer.from(text), Buffer.from(other)) < 0;
}

function isLessList(list: readonly unknown[], other: readonly unknown[]): boolean {
  const at = list.findIndex((item, i) => i >= other.length || !isEqual(item, other[i]));
  if (at === -1) return list.length < other.length;
  return at < other.length && isLess(list[at], other[at]);
}

/** Python's name of the type of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float';
  if (value instanceof PyFloat) return 'float';
  if (value instanceof PyTuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (isDict(value)) return 'dict';
  if (value instanceof PyFrozenSet) return 'frozenset';
  if (types.isSet(value)) return 'set';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof PyObject) return value.type.name;
  return typeof value === 'function' ? 'function' : value.constructor.name;
}
