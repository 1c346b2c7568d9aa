/** A list in the server of a manager, under the names that Python calls. https://docs.python.org/3/library/stdtypes.html#lists */
import { IndexError, ValueError } from '@p8/errors';
import { repr } from '@p8/pickle/cpython';
import { isEqual, isLess, typeName } from './equality.ts';
import { itemsOf } from './items.ts';
import { isSlice, placesOf } from './slice.ts';
import type { Signatures } from '../apply.ts';

export class ManagedList {
  static readonly signatures: Signatures = { sort: ['*', 'key', 'reverse'] };

  #items: unknown[];

  constructor(items: unknown = []) {
    this.#items = itemsOf(items);
  }

  __len__(): number {
    return this.#items.length;
  }

  __getitem__(index: unknown): unknown {
    if (isSlice(index)) return placesOf(index, this.#items.length).places.map((at) => this.#items[at]);
    return this.#items[this.#place(index, 'list index out of range')];
  }

  __setitem__(index: unknown, value: unknown): void {
    if (!isSlice(index)) {
      this.#items[this.#place(index, 'list assignment index out of range')] = value;
      return;
    }
    const items = itemsOf(value);
    const { start, stop, step, places } = placesOf(index, this.#items.length);
    if (step === 1) {
      this.#items.splice(start, Math.max(0, stop - start), ...items);
      return;
    }
    if (items.length !== places.length)
      throw new ValueError(
        `attempt to assign sequence of size ${items.length} to extended slice of size ${places.length}`,
      );
    for (const [i, at] of places.entries()) this.#items[at] = items[i];
  }

  __delitem__(index: unknown): void {
    const places = isSlice(index)
      ? placesOf(index, this.#items.length).places
      : [this.#place(index, 'list assignment index out of range')];
    const gone = new Set(places);
    this.#items = this.#items.filter((_, at) => !gone.has(at));
  }

  __contains__(value: unknown): boolean {
    return this.#items.some((item) => isEqual(item, value));
  }

  __add__(other: unknown): unknown[] {
    return [...this.#items, ...listOnly(other)];
  }

  __mul__(times: number): unknown[] {
    return repeated(this.#items, times);
  }

  __rmul__(times: number): unknown[] {
    return repeated(this.#items, times);
  }

  __imul__(times: number): unknown[] {
    this.#items = repeated(this.#items, times);
    return this.#items;
  }

  __iadd__(other: unknown): unknown[] {
    this.extend(other);
    return this.#items;
  }

  __reversed__(): unknown[] {
    return this.#items.toReversed();
  }

  append(value: unknown): void {
    this.#items.push(value);
  }

  clear(): void {
    this.#items = [];
  }

  copy(): unknown[] {
    return [...this.#items];
  }

  count(value: unknown): number {
    return this.#items.filter((item) => isEqual(item, value)).length;
  }

  extend(values: unknown): void {
    for (const value of itemsOf(values)) this.#items.push(value);
  }

  index(value: unknown, start = 0, stop: number = Number.MAX_SAFE_INTEGER): number {
    const { length } = this.#items;
    const bound = (at: number) => Math.max(0, at < 0 ? at + length : at);
    const last = Math.min(bound(stop), length);
    for (let at = bound(start); at < last; at++) if (isEqual(this.#items[at], value)) return at;
    throw new ValueError(`${repr(value)} is not in list`);
  }

  insert(index: number, value: unknown): void {
    this.#items.splice(index, 0, value);
  }

  pop(index: unknown = -1): unknown {
    if (this.#items.length === 0) throw new IndexError('pop from empty list');
    return this.#items.splice(this.#place(index, 'pop index out of range'), 1)[0];
  }

  remove(value: unknown): void {
    const at = this.#items.findIndex((item) => isEqual(item, value));
    if (at === -1) throw new ValueError('list.remove(x): x not in list');
    this.#items.splice(at, 1);
  }

  reverse(): void {
    this.#items.reverse();
  }

  sort(key: ((item: unknown) => unknown) | null = null, reverse = false): void {
    const keys = new Map(this.#items.map((item, at) => [at, key === null ? item : key(item)]));
    const compare = (a: number, b: number) =>
      isLess(keys.get(a), keys.get(b)) ? -1 : isLess(keys.get(b), keys.get(a)) ? 1 : 0;
    const order = [...keys.keys()].sort(reverse ? (a, b) => compare(b, a) : compare);
    this.#items = order.map((at) => this.#items[at]);
  }

  /** The list itself, as `#GETVALUE` gives it. */
  valueOf(): unknown[] {
    return this.#items;
  }

  toString(): string {
    return repr(this.#items);
  }

  #place(index: unknown, otherwise: string): number {
    if (typeof index !== 'number' && typeof index !== 'boolean')
      throw new TypeError(`list indices must be integers or slices, not ${typeName(index)}`);
    const at = Number(index) < 0 ? Number(index) + this.#items.length : Number(index);
    if (!Number.isInteger(at)) throw new TypeError('list indices must be integers or slices, not float');
    if (at < 0 || at >= this.#items.length) throw new IndexError(otherwise);
    return at;
  }
}

function listOnly(value: unknown): unknown[] {
  const items = itemsOf(value);
  if (typeof value === 'object' && value !== null && typeName(value) === 'list') return items;
  throw new TypeError(`can only concatenate list (not "${typeName(value)}") to list`);
}

function repeated(items: readonly unknown[], times: number): unknown[] {
  if (!Number.isInteger(times)) throw new TypeError(`can't multiply sequence by non-int of type '${typeName(times)}'`);
  return Array.from({ length: Math.max(0, times) }, () => items).flat();
}
