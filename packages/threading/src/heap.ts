/**
 * The items of a queue, the smallest first: Python's `heapq` in shared memory.
 *
 *     0 [ records, in the order they came, with gaps where one was taken ] top … [ entry 2 | entry 1 | entry 0 ] capacity
 *
 * An entry says where its record is, and holds the number that an item is or begins with: most comparisons need no more.
 * Every comparison is made before anything is moved, so that one that raises changes nothing.
 */
import type { ItemStore } from './item-store.ts';
import { CAPACITY, HEAD, LIVE, TAIL } from './queue-memory.ts';
import type { QueueMemory } from './queue-memory.ts';
import { Record, unitsAt } from './record.ts';

/** Where records end, how many entries there are, and how many units of the records are no gaps. */
const TOP = TAIL;
const COUNT = HEAD;

const ENTRY_UNITS = 2;

export interface Order {
  /** Whether one item comes before another. May raise TypeError. */
  less(item: unknown, other: unknown): boolean;
  /** A number that orders two items, where it differs, as `less` would; NaN if there is none. */
  keyOf(item: unknown): number;
}

export class Heap implements ItemStore {
  static readonly oneLock = true;
  readonly #memory: QueueMemory;
  readonly #order: Order;
  readonly #peek: (record: Record) => unknown;
  readonly #record = new Record();
  readonly #path: number[] = [];

  constructor(memory: QueueMemory, order: Order, peek: (record: Record) => unknown) {
    this.#memory = memory;
    this.#order = order;
    this.#peek = peek;
  }

  put(record: Record, item: unknown): void {
    this.#makeRoom(record.units);
    const { words } = this.#memory;
    const key = this.#order.keyOf(item);
    const count = words[COUNT]!;
    let place = count;
    this.#path.length = 0;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (!this.#comesBefore(key, item, parent)) break;
      this.#path.push(parent);
      place = parent;
    }
    const top = words[TOP]!;
    record.copyTo(this.#memory.items, top);
    let child = count;
    for (const parent of this.#path) {
      this.#moveEntry(parent, child);
      child = parent;
    }
    this.#setEntry(place, top, key);
    words[TOP] = top + record.units;
    words[LIVE] = words[LIVE]! + record.units;
    words[COUNT] = count + 1;
  }

  take(record: Record): boolean {
    const { words, items } = this.#memory;
    const count = words[COUNT]!;
    if (count === 0) return false;
    const left = count - 1;
    this.#findPath(left);
    const unit = this.#unitOf(0);
    record.copyFrom(items, unit);
    let place = 0;
    for (const child of this.#path) {
      this.#moveEntry(child, place);
      place = child;
    }
    this.#moveEntry(left, place);
    words[LIVE] = words[LIVE]! - unitsAt(items, unit);
    words[COUNT] = left;
    if (left === 0) words[TOP] = 0;
    return true;
  }

  clear(): void {
    const { words } = this.#memory;
    words[COUNT] = 0;
    words[TOP] = 0;
    words[LIVE] = 0;
  }

  *places(): Generator<number> {
    for (let index = 0; index < this.#memory.words[COUNT]!; index++) yield this.#unitOf(index);
  }

  /** Which entries move up, from the first on, until the last one has its place. */
  #findPath(left: number): void {
    const key = this.#keyAt(left);
    const item = Number.isNaN(key) ? this.#itemAt(left) : undefined;
    this.#path.length = 0;
    for (let child = 1; child < left; child = 2 * child + 1) {
      if (child + 1 < left && this.#isBefore(child + 1, child)) child += 1;
      if (!this.#isBefore(child, left, key, item)) break;
      this.#path.push(child);
    }
  }

  /** Whether an item that is not in the heap comes before one that is. */
  #comesBefore(key: number, item: unknown, other: number): boolean {
    const otherKey = this.#keyAt(other);
    if (key < otherKey) return true;
    if (key > otherKey) return false;
    return this.#order.less(item, this.#itemAt(other));
  }

  #isBefore(one: number, other: number, key: number = this.#keyAt(other), item?: unknown): boolean {
    const oneKey = this.#keyAt(one);
    if (oneKey < key) return true;
    if (oneKey > key) return false;
    return this.#order.less(this.#itemAt(one), item ?? this.#itemAt(other));
  }

  #itemAt(index: number): unknown {
    this.#record.copyFrom(this.#memory.items, this.#unitOf(index));
    return this.#peek(this.#record);
  }

  /** Room for a record and an entry: in the gaps, if those are many, or in more memory. */
  #makeRoom(units: number): void {
    const { words } = this.#memory;
    const count = words[COUNT]!;
    const entries = ENTRY_UNITS * (count + 1);
    const needed = words[TOP]! + units + entries;
    if (needed <= words[CAPACITY]!) return;
    if (2 * (words[LIVE]! + units + entries) <= words[CAPACITY]!) this.#closeGaps();
    else this.#memory.grow(needed, (before, after) => this.#moveEntries(before, after));
  }

  #closeGaps(): void {
    const { words, items } = this.#memory;
    const byUnit = Array.from({ length: words[COUNT]! }, (_, index) => index).toSorted(
      (a, b) => this.#unitOf(a) - this.#unitOf(b),
    );
    let top = 0;
    for (const index of byUnit) {
      const unit = this.#unitOf(index);
      const units = unitsAt(items, unit);
      items.copyWithin(2 * top, 2 * unit, 2 * (unit + units));
      items[this.#entry(index)] = top;
      top += units;
    }
    words[TOP] = top;
  }

  #moveEntries(before: number, after: number): void {
    const { whole, words } = this.#memory;
    const size = 2 * ENTRY_UNITS * words[COUNT]!;
    whole.copyWithin(2 * after - size, 2 * before - size, 2 * before);
  }

  /** Where the words of an entry begin: its record's unit, and the two halves of its number. */
  #entry(index: number): number {
    return 2 * (this.#memory.words[CAPACITY]! - ENTRY_UNITS * (index + 1));
  }

  #unitOf(index: number): number {
    return this.#memory.items[this.#entry(index)]!;
  }

  #keyAt(index: number): number {
    const { items } = this.#memory;
    const at = this.#entry(index);
    halves[0] = items[at + 2]!;
    halves[1] = items[at + 3]!;
    return number[0]!;
  }

  #setEntry(index: number, unit: number, key: number): void {
    const { items } = this.#memory;
    const at = this.#entry(index);
    number[0] = key;
    items[at] = unit;
    items[at + 2] = halves[0]!;
    items[at + 3] = halves[1]!;
  }

  #moveEntry(from: number, to: number): void {
    const { items } = this.#memory;
    items.copyWithin(this.#entry(to), this.#entry(from), this.#entry(from) + 2 * ENTRY_UNITS);
  }
}

const number = new Float64Array(1);
const halves = new Int32Array(number.buffer);
