/** A packet as files, so that one handler serves streams and datagrams: the calls of a `SocketFile`, none of which waits. */
import type { Bytes } from '@p8/socket';

const LINE_FEED = 10;

/** Reads a packet: Python's `BytesIO(packet)`. */
export class PacketReader {
  #unread: Buffer;

  constructor(packet: Buffer) {
    this.#unread = packet;
  }

  /** Up to `size` bytes, or all; empty at the end of the packet. */
  read(size?: number): Promise<Buffer> {
    return Promise.resolve(this.readSync(size));
  }

  readSync(size?: number): Buffer {
    const data = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(data.length);
    return data;
  }

  /** The next line with its `\n`; without one only at the end of the packet, or when it is longer than `limit`. */
  readline(limit?: number): Promise<Buffer> {
    return Promise.resolve(this.readlineSync(limit));
  }

  readlineSync(limit: number = Infinity): Buffer {
    const end = this.#unread.indexOf(LINE_FEED);
    return this.readSync(Math.min(end < 0 ? this.#unread.length : end + 1, limit));
  }

  /** The lines up to the end of the packet. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (const line of this as Iterable<Buffer>) yield line;
  }

  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    for (let line = this.readlineSync(); line.length > 0; line = this.readlineSync()) yield line;
  }
}

/** Gathers a packet: Python's `BytesIO()`. */
export class PacketWriter {
  readonly #parts: Buffer[] = [];

  /** Adds to the packet; returns the count of bytes. */
  write(data: Bytes): Promise<number> {
    return Promise.resolve(this.writeSync(data));
  }

  writeSync(data: Bytes): number {
    const part = copy(data);
    this.#parts.push(part);
    return part.length;
  }

  /** Nothing: the packet is sent when the handler has finished. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** What was written so far, as one packet. */
  getvalue(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** The writer may change its buffer before the packet is sent. */
function copy(data: Bytes): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return Buffer.from(view);
}
