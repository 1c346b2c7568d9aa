/**
 * What was received and not yet given to anybody: the rest of a call that failed in the middle, and what a file has read
 * ahead. One for each stream, so that whoever reads next gets it first, whatever call it is.
 */

const NOTHING: Buffer = Buffer.alloc(0);

export class Unread {
  #bytes: Buffer = NOTHING;
  /** Free bytes behind `#bytes`, in the same memory, which nobody else writes to. */
  #room: Buffer = NOTHING;

  get length(): number {
    return this.#bytes.length;
  }

  /** All of it, still here. The view stays as it is: memory is never used twice. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Removes the first `count` bytes, or all. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    if (taken.length < this.#bytes.length) this.#bytes = this.#bytes.subarray(count);
    else this.#bytes = this.#room = NOTHING;
    return taken;
  }

  append(data: Buffer): void {
    if (this.#bytes.length === 0) {
      this.#bytes = data;
      this.#room = NOTHING;
      return;
    }
    // at least twice as much, or a long line in small parts would be copied again and again
    if (data.length > this.#room.length) this.reserve(2 * (this.#bytes.length + data.length));
    data.copy(this.#room);
    this.grow(data.length);
  }

  /** Sees to it that there is memory for `size` bytes in all, to be received into by {@link room} and {@link grow}. */
  reserve(size: number): void {
    if (this.#bytes.length + this.#room.length >= size) return;
    const memory = Buffer.allocUnsafeSlow(size);
    const { length } = this.#bytes;
    this.#bytes.copy(memory);
    this.#bytes = memory.subarray(0, length);
    this.#room = memory.subarray(length);
  }

  /** Where more can be received. */
  get room(): Buffer {
    return this.#room;
  }

  /** `count` bytes have been written to {@link room}. */
  grow(count: number): void {
    const { buffer, byteOffset, length } = this.#bytes;
    this.#bytes = Buffer.from(buffer, byteOffset, length + count);
    this.#room = this.#room.subarray(count);
  }
}
