/**
 * Bytes of changing length in shared memory, which are read and set as one.
 *
 *     words: mutex | which of the two | length of each          bytes: [ one ][ other ]
 *
 * A new value is written beside the one that is there, and then declared to be it: a thread that is ended in the middle
 * leaves the one before.
 */
import { ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { giveBack, heldHere, lockBriefly, MUTEX_WORDS } from './mutex.ts';

const CURRENT = MUTEX_WORDS;
const LENGTHS = CURRENT + 1;
const WORDS = LENGTHS + 2;

/** Bytes that all threads share, up to a length that is fixed when they are made. */
export class SharedBytes {
  static {
    reducible(SharedBytes, (bytes) => [SharedBytes, [bytes.memory]]);
  }

  /** Where they are; {@link SharedArrayBuffer} of their own. */
  readonly memory: SharedArrayBuffer;
  /** How many bytes there can be. */
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #held: number;
  readonly #bytes: Buffer;

  /**
   * Raises ValueError if the capacity is not a whole number from 0 up, or too small for the bytes.
   *
   * @param init the first bytes, or how many there can be; or the memory of those which they shall be, as another thread sends it
   * @param capacity how many there can be; default: as many as the first
   */
  constructor(init: number | Uint8Array | SharedArrayBuffer, capacity?: number) {
    if (init instanceof SharedArrayBuffer) {
      this.memory = init;
      this.capacity = (init.byteLength - 4 * WORDS) / 2;
    } else {
      this.capacity = capacity ?? (typeof init === 'number' ? init : init.length);
      if (!Number.isSafeInteger(this.capacity) || this.capacity < 0) {
        throw new ValueError(`capacity must be a whole number of bytes from 0 up, not ${String(this.capacity)}`);
      }
      this.memory = new SharedArrayBuffer(4 * WORDS + 2 * this.capacity);
    }
    this.#words = new Int32Array(this.memory, 0, WORDS);
    this.#held = heldHere(this.#words);
    this.#bytes = Buffer.from(this.memory, 4 * WORDS);
    if (init instanceof Uint8Array) this.set(init);
  }

  /** How many bytes there are, at this moment. */
  get length(): number {
    return this.#exclusively(() => this.#length);
  }

  /** A copy of the bytes that are there. */
  get(): Buffer {
    return this.#exclusively(() => this.#copy());
  }

  /** Puts others in their place. Raises ValueError if there is no room for them. */
  set(bytes: Uint8Array): void {
    this.#checkRoom(bytes);
    this.#exclusively(() => this.#replace(bytes));
  }

  /** Puts others in their place; comes back: those that were there before. Raises ValueError if there is no room for them. */
  exchange(bytes: Uint8Array): Buffer {
    this.#checkRoom(bytes);
    return this.#exclusively(() => {
      const before = this.#copy();
      this.#replace(bytes);
      return before;
    });
  }

  /** Puts others in their place if they are as expected; comes back: those that were there before. Raises ValueError if there is no room. */
  compareExchange(expected: Uint8Array, bytes: Uint8Array): Buffer {
    this.#checkRoom(bytes);
    return this.#exclusively(() => {
      const before = this.#copy();
      if (before.equals(expected)) this.#replace(bytes);
      return before;
    });
  }

  get #length(): number {
    return this.#words[LENGTHS + this.#words[CURRENT]!]!;
  }

  #copy(): Buffer {
    const start = this.#words[CURRENT]! * this.capacity;
    return Buffer.from(this.#bytes.subarray(start, start + this.#length));
  }

  #replace(bytes: Uint8Array): void {
    const other = 1 - this.#words[CURRENT]!;
    this.#bytes.set(bytes, other * this.capacity);
    this.#words[LENGTHS + other] = bytes.length;
    Atomics.store(this.#words, CURRENT, other);
  }

  #checkRoom(bytes: Uint8Array): void {
    if (bytes.length <= this.capacity) return;
    throw new ValueError(`${bytes.length} bytes: there is room for ${this.capacity}; give it a larger capacity`);
  }

  #exclusively<T>(body: () => T): T {
    lockBriefly(this.#words, 0, this.#held);
    try {
      return body();
    } finally {
      giveBack(this.#words, 0);
    }
  }
}
