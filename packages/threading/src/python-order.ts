/** Python's `<` between the items of a PriorityQueue. */
import type { Order } from './heap.ts';

/** Numbers, texts and booleans as such; arrays item by item, as Python compares tuples. */
export const pythonOrder: Order = { less, keyOf };

function keyOf(item: unknown): number {
  if (typeof item === 'number') return item;
  const first: unknown = Array.isArray(item) ? item[0] : undefined;
  return typeof first === 'number' ? first : Number.NaN;
}

function less(item: unknown, other: unknown): boolean {
  if (isNumber(item) && isNumber(other)) return item < other;
  if (typeof item === 'string' && typeof other === 'string') return item < other;
  if (Array.isArray(item) && Array.isArray(other)) return isLessArray(item, other);
  throw new TypeError(`'<' not supported between instances of '${nameOf(item)}' and '${nameOf(other)}'`);
}

function isLessArray(items: readonly unknown[], others: readonly unknown[]): boolean {
  const length = Math.min(items.length, others.length);
  for (let i = 0; i < length; i++) {
    if (!isSame(items[i], others[i])) return less(items[i], others[i]);
  }
  return items.length < others.length;
}

function isSame(item: unknown, other: unknown): boolean {
  if (isNumber(item) && isNumber(other)) return !less(item, other) && !less(other, item);
  if (!Array.isArray(item) || !Array.isArray(other)) return item === other;
  return item.length === other.length && item.every((part, i) => isSame(part, other[i]));
}

function isNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name ?? 'Object';
}
