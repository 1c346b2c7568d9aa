/** The items of a queue, the last one first: records one behind the other, each with its length behind it. */
import type { ItemStore } from './item-store.ts';
import { CAPACITY, TAIL } from './queue-memory.ts';
import type { QueueMemory } from './queue-memory.ts';
import type { Record } from './record.ts';

export class Stack implements ItemStore {
  static readonly oneLock = true;
  readonly #memory: QueueMemory;

  constructor(memory: QueueMemory) {
    this.#memory = memory;
  }

  put(record: Record): void {
    const { words } = this.#memory;
    const { units } = record;
    const top = words[TAIL]!;
    const needed = top + units + 1;
    if (needed > words[CAPACITY]!) this.#memory.grow(needed, stay);
    const { items } = this.#memory;
    record.copyTo(items, top);
    items[2 * (top + units)] = units;
    Atomics.store(words, TAIL, needed);
  }

  take(record: Record): boolean {
    const { words, items } = this.#memory;
    const top = words[TAIL]!;
    if (top === 0) return false;
    const start = top - 1 - items[2 * (top - 1)]!;
    record.copyFrom(items, start);
    Atomics.store(words, TAIL, start);
    return true;
  }

  clear(): void {
    Atomics.store(this.#memory.words, TAIL, 0);
  }

  *places(): Generator<number> {
    const { words, items } = this.#memory;
    for (let top = words[TAIL]!; top > 0;) {
      top -= 1 + items[2 * (top - 1)]!;
      yield top;
    }
  }
}

/** Growing moves nothing here. */
function stay(): void {}
