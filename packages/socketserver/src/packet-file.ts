/** A datagram as files: one to read it from, one that gathers the answer. */
import type { Bytes } from '@p8/socket';

const LINE_FEED = 10;

/** A packet, read like a file; nothing here waits for the network. */
export class PacketReader {
  #left: Buffer;

  constructor(packet: Buffer) {
    this.#left = packet;
  }

  /** Up to `size` bytes, or all that is left; empty at the end. */
  async read(size: number = this.#left.length): Promise<Buffer> {
    const data = this.#left.subarray(0, size);
    this.#left = this.#left.subarray(data.length);
    return data;
  }

  /** The next line with its `\n`, which the last one may lack; empty at the end. */
  async readline(): Promise<Buffer> {
    const end = this.#left.indexOf(LINE_FEED);
    return await this.read(end < 0 ? this.#left.length : end + 1);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let line = await this.readline(); line.length > 0; line = await this.readline()) yield line;
  }
}

/** Gathers an answer. */
export class PacketWriter {
  readonly #parts: Buffer[] = [];

  /** Appends a copy; returns its length in bytes. */
  async write(data: Bytes): Promise<number> {
    const part = copy(data);
    this.#parts.push(part);
    return part.length;
  }

  /** Everything written so far. */
  getvalue(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function copy(data: Bytes): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.from(new Uint8Array(data));
}
