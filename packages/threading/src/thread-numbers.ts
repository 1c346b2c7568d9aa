/** The numbers of a pool of threads: address space is reserved for all that there may be, and nothing of it is used before it is needed. */
import { MOST_NUMBERS } from './number-rooms.ts';
import type { NumberMemory, Room } from './number-rooms.ts';

const BYTES = Float64Array.BYTES_PER_ELEMENT;

export class ThreadNumbers implements NumberMemory {
  readonly memory: SharedArrayBuffer;

  /** @param memory that of the owner, for a member */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(0, { maxByteLength: BYTES * MOST_NUMBERS })) {
    this.memory = memory;
  }

  view({ start, length }: Room): Float64Array {
    return new Float64Array(this.memory, BYTES * start, length);
  }

  grow(length: number): boolean {
    this.memory.grow(BYTES * length);
    return true;
  }
}
