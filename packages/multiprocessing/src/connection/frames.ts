/**
 * Messages on a stream, as CPython frames them:
 *
 *     ┌ length (4, signed, big-endian) ┬ bytes … ┐              up to 2^31 - 1 bytes
 *     ┌ -1 (4) ┬ length (8, unsigned)  ┬ bytes … ┐              more
 *
 * https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/connection.py (Connection._send_bytes, _recv_bytes)
 */
import { MemoryError, OSError } from '@p8/errors';
import { expectMessage } from '../memory/freed-memory.ts';

const SHORT_HEADER = 4;
const LONG_HEADER = 12;
const LONGEST_SHORT = 0x7fffffff;
/** Small messages are cut from memory of this size, so that one system call receives many. */
const SLAB = 64 * 1024;

/** Up to here header and message go in one write; copying more costs more than a second write. */
const JOINED = 16 * 1024;
/** Up to here they are joined in memory that is used again and again. */
const SHORT = 1024;

/** A message with its header, in the parts that are to be written. */
export function framed(message: Uint8Array): Uint8Array[] {
  const header = frameHeader(message.length);
  return message.length <= JOINED ? [Buffer.concat([header, message])] : [header, message];
}

/** The same for messages that are sent one after another, without new memory for short ones. */
export class FrameWriter {
  /** Where short messages are joined with their headers. */
  readonly #joint: Buffer = Buffer.allocUnsafe(SHORT_HEADER + SHORT);

  /** They are valid until the next call. */
  framed(message: Uint8Array): readonly Uint8Array[] {
    const { length } = message;
    if (length > SHORT) return framed(message);
    this.#joint.writeInt32BE(length);
    this.#joint.set(message, SHORT_HEADER);
    return [this.#joint.subarray(0, SHORT_HEADER + length)];
  }
}

/** What goes before a message of this length. */
export function frameHeader(length: number): Buffer {
  if (length <= LONGEST_SHORT) {
    const header = Buffer.allocUnsafe(SHORT_HEADER);
    header.writeInt32BE(length);
    return header;
  }
  const header = Buffer.allocUnsafe(LONG_HEADER);
  header.writeInt32BE(-1);
  header.writeBigUInt64BE(BigInt(length), SHORT_HEADER);
  return header;
}

/** Received bytes, and the messages in them. Memory that was given out is never written again. */
export class FrameReader {
  #memory: Buffer;
  #start = 0;
  #end: number;
  /** Where in the stream the memory begins. */
  #origin = 0;
  /** The length of the message that is under way, once its header has come. */
  #size: number | undefined;

  /** @param rest what another reader had received of this stream */
  constructor(rest: Uint8Array = new Uint8Array(0)) {
    this.#memory = Buffer.from(rest);
    this.#end = rest.length;
  }

  /** How many bytes have come that are in no message given out. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** How many bytes of the stream are in messages that were given out. */
  get position(): number {
    return this.#origin + this.#start;
  }

  /** How many bytes have come in all. */
  get reach(): number {
    return this.#origin + this.#end;
  }

  /** What has come and is in no message given out, with the header of the message that is under way. */
  get rest(): Buffer {
    const bytes = this.#memory.subarray(this.#start, this.#end);
    return this.#size === undefined ? bytes : Buffer.concat([frameHeader(this.#size), bytes]);
  }

  /** Whether what has come so far ends with a whole message. */
  get atBoundary(): boolean {
    return this.length === 0 && this.#size === undefined;
  }

  /** Where the next bytes are to be received; never empty. Raises MemoryError for a message that memory cannot hold. */
  get room(): Buffer {
    const needed = this.#size ?? LONG_HEADER;
    if (this.#memory.length - this.#start < needed || this.#end === this.#memory.length) this.#replace(needed);
    return this.#memory.subarray(this.#end);
  }

  /** So many bytes have come into the room. */
  received(count: number): void {
    this.#end += count;
  }

  /** The next message, if all of it has come. Raises OSError for a length that is negative, or above the limit. */
  next(limit: number): Buffer | undefined {
    this.#size ??= this.#sizeInHeader(limit);
    if (this.#size === undefined || this.length < this.#size) return undefined;
    const message = this.#cut(this.#size);
    this.#size = undefined;
    return message;
  }

  /** One byte outside of any message, if one has come: that of a descriptor. */
  nextByte(): number | undefined {
    return this.length > 0 ? this.#cut(1)[0] : undefined;
  }

  #sizeInHeader(limit: number): number | undefined {
    if (this.length < SHORT_HEADER) return undefined;
    let size = this.#memory.readInt32BE(this.#start);
    let header = SHORT_HEADER;
    if (size === -1) {
      if (this.length < LONG_HEADER) return undefined;
      size = Number(this.#memory.readBigUInt64BE(this.#start + SHORT_HEADER));
      header = LONG_HEADER;
    }
    if (size < 0 || size > limit) throw new OSError('bad message length');
    this.#start += header;
    return size;
  }

  #cut(size: number): Buffer {
    const start = this.#start;
    this.#start += size;
    return this.#memory.subarray(start, this.#start);
  }

  #replace(needed: number): void {
    const memory = allocate(Math.max(needed, SLAB));
    this.#memory.copy(memory, 0, this.#start, this.#end);
    this.#origin += this.#start;
    this.#end -= this.#start;
    this.#start = 0;
    this.#memory = memory;
  }
}

function allocate(size: number): Buffer {
  expectMessage(size);
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch (error) {
    throw new MemoryError(`a message of ${size} bytes was announced, which memory cannot hold`, { cause: error });
  }
}
