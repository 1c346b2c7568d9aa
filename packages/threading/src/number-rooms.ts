/**
 * Where the numbers of a map lie: in memory that a pool shares with its members, so that they do not travel. The results, if they are
 * numbers too, take the places of the items.
 *
 *     owner: items ──▶ room ── its slot in the table says where ──▶ member: fn(item), in its place the result
 *            results ◀── room ◀── report ──────────────────────────────┘
 *
 * A task has its room until its slot is free again, so who was lost or is not listened to any more writes nowhere else.
 */

/** The memory, as an owner or a member sees it. */
export interface NumberMemory {
  /** The numbers of a room. They are to be looked at before the memory grows again: then they may lie elsewhere. */
  view({ start, length }: Room): Float64Array;
  /** Makes it large enough for so many numbers in all. Comes back: false if there is no room for them. */
  grow(length: number): boolean;
}

/** So many numbers, from this one on. */
export class Room {
  readonly start: number;
  readonly length: number;

  constructor(start: number, length: number) {
    this.start = start;
    this.length = length;
  }
}

/** Fewer have room in the table. */
export const FEWEST_HELD = 16;
/** The most numbers that are held at once: 64 MiB. What is more travels. */
export const MOST_NUMBERS: number = 2 ** 23;
/** What the memory begins with: 64 KiB. */
const FIRST_NUMBERS = 2 ** 13;

/** Gives out rooms, for the owner. Their sizes are powers of two, and one that is free serves the next of its size. */
export class NumberRooms {
  readonly #memory: NumberMemory;
  /** Where rooms of 2, 4, 8 … numbers begin that nobody has. */
  readonly #free: number[][] = Array.from({ length: Math.log2(MOST_NUMBERS) + 1 }, () => []);
  #length = 0;
  /** Behind the last room. */
  #end = 0;

  constructor(memory: NumberMemory) {
    this.#memory = memory;
  }

  /** Copies these items into a room; undefined if they are not all numbers, or few, or there is no room. */
  hold(items: readonly unknown[], start: number, end: number): Room | undefined {
    const length = end - start;
    if (length < FEWEST_HELD || typeof items[start] !== 'number') return undefined;
    const place = this.#take(length);
    if (place === undefined) return undefined;
    const room = new Room(place, length);
    const numbers = this.#memory.view(room);
    for (let i = 0; i < length; i++) {
      const item = items[start + i];
      if (typeof item === 'number') numbers[i] = item;
      else return this.free(room);
    }
    return room;
  }

  /** What is in a room now. */
  view(room: Room): Float64Array {
    return this.#memory.view(room);
  }

  free({ start, length }: Room): undefined {
    this.#free[sizeOf(length)]!.push(start);
  }

  #take(length: number): number | undefined {
    const size = sizeOf(length);
    const free = this.#free[size]?.pop();
    if (free !== undefined) return free;
    const start = this.#end;
    const end = start + 2 ** size;
    if (end > this.#length && !this.#grow(end)) return undefined;
    this.#end = end;
    return start;
  }

  #grow(least: number): boolean {
    if (least > MOST_NUMBERS) return false;
    const length = Math.min(MOST_NUMBERS, Math.max(least, 2 * this.#length, FIRST_NUMBERS));
    if (!this.#memory.grow(length)) return false;
    this.#length = length;
    return true;
  }
}

/** As a power of two. */
function sizeOf(length: number): number {
  return 32 - Math.clz32(length - 1);
}
