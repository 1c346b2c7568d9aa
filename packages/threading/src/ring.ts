/** The items of a queue in the order they came: a ring of records. A record does not go round the end: it is skipped to. */
import { CAPACITY, HEAD, KNOWN_HEAD, TAIL } from './queue-memory.ts';
import type { QueueMemory } from './queue-memory.ts';
import { unitsAt } from './record.ts';
import type { Record } from './record.ts';
import type { ItemStore } from './item-store.ts';

/** The kind of a record that only fills the end. */
const SKIP = 0;

export class Ring implements ItemStore {
  static readonly oneLock = false;
  readonly #memory: QueueMemory;

  constructor(memory: QueueMemory) {
    this.#memory = memory;
  }

  put(record: Record): void {
    const { words } = this.#memory;
    const { units } = record;
    for (;;) {
      const capacity = words[CAPACITY]!;
      const tail = words[TAIL]!;
      const index = tail & (capacity - 1);
      const skipped = index + units > capacity ? capacity - index : 0;
      let used = (tail - words[KNOWN_HEAD]!) | 0;
      if (used + skipped + units > capacity) {
        words[KNOWN_HEAD] = Atomics.load(words, HEAD);
        used = (tail - words[KNOWN_HEAD]) | 0;
      }
      if (used + skipped + units > capacity) {
        this.#memory.grow(used + skipped + units, (before, after) => this.#spread(before, after));
        continue;
      }
      const { items } = this.#memory;
      if (skipped > 0) items[2 * index] = SKIP | (skipped << 3);
      record.copyTo(items, skipped > 0 ? 0 : index);
      // who gets sees it, and the record, once the item is counted
      words[TAIL] = (tail + skipped + units) | 0;
      return;
    }
  }

  take(record: Record): boolean {
    const { words, items } = this.#memory;
    const mask = words[CAPACITY]! - 1;
    let head = words[HEAD]!;
    if (head === words[TAIL]) return false;
    if ((items[2 * (head & mask)]! & 7) === SKIP) head = (head + unitsAt(items, head & mask)) | 0;
    record.copyFrom(items, head & mask);
    Atomics.store(words, HEAD, (head + unitsAt(items, head & mask)) | 0);
    return true;
  }

  clear(): void {
    const { words } = this.#memory;
    Atomics.store(words, HEAD, words[TAIL]!);
  }

  /** The records, oldest first, for who looks at all of them. */
  *places(): Generator<number> {
    const { words, items } = this.#memory;
    const mask = words[CAPACITY]! - 1;
    const tail = words[TAIL]!;
    for (let at = words[HEAD]!; at !== tail; at = (at + unitsAt(items, at & mask)) | 0) {
      if ((items[2 * (at & mask)]! & 7) !== SKIP) yield at & mask;
    }
  }

  /**
   * Memory has grown to a multiple: a place is a position modulo the capacity, so each round of the old ring lies in one
   * piece in the new one. The old places stay valid until the capacity says so.
   */
  #spread(before: number, after: number): void {
    const { words, whole } = this.#memory;
    const mask = after - 1;
    const tail = words[TAIL]!;
    for (let at = words[HEAD]!; at !== tail;) {
      const from = at & (before - 1);
      const length = Math.min((tail - at) | 0, before - from);
      const to = at & mask;
      if (to !== from) whole.copyWithin(2 * to, 2 * from, 2 * (from + length));
      at = (at + length) | 0;
    }
  }
}
