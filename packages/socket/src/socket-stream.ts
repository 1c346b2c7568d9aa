/**
 * The raw file over a stream, without a buffer: Python's `socket.SocketIO`. It receives not one byte more than it gives.
 *
 * https://docs.python.org/3/library/io.html#io.RawIOBase
 */
import { BlockingIOError, OSError } from '@p8/errors';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes, Memory } from './bytes.ts';
import { everything, some } from './file-reading.ts';
import type { Reading } from './file-reading.ts';
import { ReceiveLine } from './record-operations.ts';
import { attached, StreamFile } from './stream-file.ts';
import type { BinaryMode, FileOwner } from './stream-file.ts';
import type { WaitOptions } from './wait.ts';

/**
 * A file without a buffer. For callers: `read`, `readall`, `readinto`, `readline`, iteration by lines, `write`, `close`;
 * the twins in `Sync` block. On a socket that does not wait, `null` is: nothing yet. The end is empty, or 0.
 */
export class SocketStream extends StreamFile<Buffer, BinaryMode> {
  readonly #owner: FileOwner;

  /** Made by `makefile` with a `buffering` of 0. */
  constructor(owner: FileOwner, mode: BinaryMode) {
    super(mode);
    this.#owner = owner;
  }

  /** The descriptor; -1 once the socket is closed. */
  fileno(): number {
    return this.closed ? -1 : this.#owner.fileno();
  }

  /** Python's name of a file without a path: its descriptor. */
  get name(): number {
    return this.fileno();
  }

  /** Up to `size` bytes, as soon as there are any; empty at the end. Without a size everything up to the end. */
  async read(size?: number, options?: WaitOptions): Promise<Buffer | null> {
    const reading = this.#reading(size);
    try {
      return await attached(this.#owner, 'read').read(this.#owner, reading, this.#owner.timeout, options);
    } catch (error) {
      return nothingYet(error);
    }
  }

  readSync(size?: number): Buffer | null {
    const reading = this.#reading(size);
    try {
      return attached(this.#owner, 'read').readSync(reading, this.#owner.timeout);
    } catch (error) {
      return nothingYet(error);
    }
  }

  /** Everything up to the end. */
  readall(options?: WaitOptions): Promise<Buffer | null> {
    return this.read(undefined, options);
  }

  readallSync(): Buffer | null {
    return this.readSync();
  }

  /** As {@link read}, into `target`; the count, 0 at the end. */
  async readinto(target: Memory, options?: WaitOptions): Promise<number | null> {
    const memory = toTarget(target, 0, 'readinto');
    const data = await this.read(memory.length, options);
    if (data !== null) memory.set(data);
    return data && data.length;
  }

  readintoSync(target: Memory): number | null {
    const memory = toTarget(target, 0, 'readinto');
    const data = this.readSync(memory.length);
    if (data !== null) memory.set(data);
    return data && data.length;
  }

  /** The next line, found by looking ahead; raises BlockingIOError where it has not come and the socket does not wait. */
  override async readline(limit?: number, options?: WaitOptions): Promise<Buffer> {
    const reading = this.#line(limit);
    return attached(this.#owner, 'readline').read(this.#owner, reading, this.#owner.timeout, options);
  }

  override readlineSync(limit?: number): Buffer {
    const reading = this.#line(limit);
    return attached(this.#owner, 'readline').readSync(reading, this.#owner.timeout);
  }

  /**
   * Sends all of it and returns the count; where the limit is over or the socket does not wait, how much of it went out.
   * Raises TimeoutError and BlockingIOError when that was nothing.
   */
  override async write(data: Bytes, options?: WaitOptions): Promise<number> {
    this.checkWrite('write');
    const bytes = toBytes(data, 'write');
    const channel = attached(this.#owner, 'write');
    const sending = channel.sending(bytes, 'write');
    try {
      await channel.write(this.#owner, sending, this.#owner.timeout, options);
      return bytes.length;
    } catch (error) {
      return partly(error, sending.sent);
    }
  }

  override writeSync(data: Bytes): number {
    this.checkWrite('write');
    const bytes = toBytes(data, 'write');
    const channel = attached(this.#owner, 'write');
    const sending = channel.sending(bytes, 'write');
    try {
      channel.writeSync(sending, this.#owner.timeout);
      return bytes.length;
    } catch (error) {
      return partly(error, sending.sent);
    }
  }

  /** Nothing: every write is sent at once. */
  override flush(): Promise<void> {
    return Promise.resolve();
  }

  override flushSync(): void {}

  protected override release(): Promise<void> {
    return Promise.resolve(this.releaseSync());
  }

  protected override releaseSync(): void {
    this.#owner.released();
  }

  #reading(size: number | undefined): Reading {
    this.checkRead('read');
    const channel = attached(this.#owner, 'read');
    if (size === undefined) return everything(channel);
    checkSize(size, 'size', 'read');
    return some(channel, 'read', size, size);
  }

  #line(limit: number = Infinity): ReceiveLine {
    this.checkRead('readline');
    if (limit !== Infinity) checkSize(limit, 'limit', 'readline');
    return new ReceiveLine(attached(this.#owner, 'readline'), limit);
  }
}

function nothingYet(error: unknown): null {
  if (error instanceof BlockingIOError) return null;
  throw error;
}

/** A failure in the middle is met again by the next write; how much went out cannot be told twice. */
function partly(error: unknown, sent: number): number {
  if (error instanceof OSError && sent > 0) return sent;
  throw error;
}
