/** A queue in the memory of this process, for its threads. */
import { MemoryFreight } from './memory-freight.ts';
import { FIRST_SIZE, LARGEST_SIZE, QUEUE_WORDS } from './queue-memory.ts';
import type { QueueSpace } from './queue-space.ts';

/** What goes to another thread. @internal */
export interface SharedQueue {
  readonly words: SharedArrayBuffer;
  readonly items: SharedArrayBuffer;
  readonly name: string;
  readonly messages: readonly (readonly [string, unknown])[];
}

/** Address space is reserved for the largest, and nothing of it is used before it is needed. */
export class ThreadSpace implements QueueSpace {
  readonly words: Int32Array;
  readonly received: boolean;
  readonly freight: MemoryFreight;
  readonly #items: SharedArrayBuffer;

  /** @param shared the queue of another thread */
  constructor(shared?: SharedQueue) {
    this.received = shared !== undefined;
    this.words = new Int32Array(shared?.words ?? new SharedArrayBuffer(4 * QUEUE_WORDS));
    this.#items = shared?.items ?? new SharedArrayBuffer(FIRST_SIZE, { maxByteLength: LARGEST_SIZE });
    this.freight = new MemoryFreight(this.words, shared);
  }

  get size(): number {
    return this.#items.byteLength;
  }

  items(words: number): Int32Array {
    return new Int32Array(this.#items, 0, words);
  }

  grow(bytes: number): void {
    this.#items.grow(bytes);
  }

  get parts(): SharedQueue {
    const { name, messages } = this.freight;
    return { words: this.words.buffer as SharedArrayBuffer, items: this.#items, name, messages };
  }
}

/** The space of a queue: the one that was given, that of another thread's queue, or a new one of this process. */
export function spaceOf(given: SharedQueue | QueueSpace | undefined): QueueSpace {
  return given !== undefined && 'freight' in given ? given : new ThreadSpace(given);
}
