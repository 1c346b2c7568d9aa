/** An item on its way into or out of a queue or a pool's table: bytes of this thread, which are copied to and from the shared memory whole. */
import { MemoryError } from '@p8/errors';

/** A whole number of 32 bits, which needs no bytes. */
export const INTEGER = 1;
/** Plain data as `PlainCodec` writes it. */
export const PLAIN = 2;
/** A message of @p8/pickle, serialised by V8. */
export const SERIALIZED = 3;
/** More than bytes: see queue-space.ts. */
export const OUTSIDE = 4;
/** A large Uint8Array, or a Buffer, by itself. */
export const BYTES = 5;
export const BUFFER = 6;

/** Bytes a record is rounded up to. */
export const UNIT = 8;
const FIRST_LENGTH = 4096;
export const LONGEST: number = 2 ** 27;
/** Longer records are copied by the platform, shorter ones by a loop, which costs no call. */
const SHORT_WORDS = 64;

export class Record {
  kind: number = INTEGER;
  /** The number itself, or how many bytes there are. */
  value = 0;
  bytes!: Buffer;
  view!: DataView;
  /** Of {@link BYTES} and {@link BUFFER}: what is copied from, or was copied to, without a stop in the memory of the record. */
  bulk: Uint8Array | undefined;
  #words!: Int32Array;

  constructor() {
    this.#allocate(FIRST_LENGTH);
  }

  /** How many units it takes in a queue, with its head. */
  get units(): number {
    return this.kind === INTEGER ? 1 : 1 + ((this.value + UNIT - 1) >>> 3);
  }

  /** Makes room for so many bytes, and keeps those that are there. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    if (length > LONGEST) throw tooLong();
    const before = this.bytes;
    this.#allocate(2 ** Math.ceil(Math.log2(length)));
    this.bytes.set(before);
  }

  /** Becomes a record of large bytes, which stay where they are. */
  borrow(kind: number, bulk: Uint8Array): void {
    if (bulk.length > LONGEST) throw tooLong();
    this.kind = kind;
    this.value = bulk.length;
    this.bulk = bulk;
  }

  /** Becomes a record of these bytes. */
  fill(kind: number, bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.kind = kind;
    this.value = bytes.length;
    this.bytes.set(bytes);
  }

  /** Copies the head and the bytes to shared memory. */
  copyTo(words: Int32Array, unit: number): void {
    const at = 2 * unit;
    words[at] = this.kind | (this.units << 3);
    words[at + 1] = this.value;
    if (this.kind === INTEGER) return;
    if (this.kind >= BYTES) {
      bytesAt(words, at + 2, this.value).set(this.bulk!);
      this.bulk = undefined;
      return;
    }
    const length = (this.value + 3) >>> 2;
    if (length > SHORT_WORDS) words.set(this.#words.subarray(0, length), at + 2);
    else for (let i = 0; i < length; i++) words[at + 2 + i] = this.#words[i]!;
  }

  /** The reverse. */
  copyFrom(words: Int32Array, unit: number): void {
    const at = 2 * unit;
    this.kind = words[at]! & 7;
    this.value = words[at + 1]!;
    if (this.kind === INTEGER) return;
    if (this.kind >= BYTES) {
      this.bulk = Buffer.allocUnsafeSlow(this.value);
      this.bulk.set(bytesAt(words, at + 2, this.value));
      return;
    }
    this.reserve(this.value);
    const length = (this.value + 3) >>> 2;
    if (length > SHORT_WORDS) this.#words.set(words.subarray(at + 2, at + 2 + length));
    else for (let i = 0; i < length; i++) this.#words[i] = words[at + 2 + i]!;
  }

  #allocate(length: number): void {
    const memory = new ArrayBuffer(length);
    this.bytes = Buffer.from(memory);
    this.view = new DataView(memory);
    this.#words = new Int32Array(memory);
  }
}

/** How many units the record at this place takes. */
export function unitsAt(words: Int32Array, unit: number): number {
  return words[2 * unit]! >>> 3;
}

function bytesAt(words: Int32Array, index: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + 4 * index, length);
}

function tooLong(): MemoryError {
  return new MemoryError(`item: it takes more than ${LONGEST} bytes: send it in parts`);
}
