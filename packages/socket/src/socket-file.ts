/**
 * `socket.makefile()`: a buffered binary file over a stream. A time-out loses nothing: what had come stays in the buffer,
 * and the next call goes on with it.
 *
 * https://docs.python.org/3/library/socket.html#socket.socket.makefile
 */
import { OSError, ValueError } from '@p8/errors';
import { checkSize, toBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { closedError } from './channel.ts';
import type { Channel } from './channel.ts';
import { deadlineAfter, secondsLeft } from './deadline.ts';
import { Receive, SendAll } from './operations.ts';
import { MOST_FROM_SLAB } from './reactor.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export type SocketFileMode = 'r' | 'w' | 'rw';

export interface SocketFileOptions {
  /** Bytes gathered before they are sent; 0 sends each write at once. 8192 unless given. */
  readonly buffering?: number;
}

const DEFAULT_BUFFERING = 8192;
const RECEIVE_SIZE = Math.min(MOST_FROM_SLAB, 16 * 1024);
const LINE_FEED = 10;
const NOTHING = Buffer.alloc(0);

/** What a file needs of its socket: the limit in force. */
interface Owner {
  readonly timeout: Seconds | null;
}

/**
 * A file over a socket. For callers: `read`, `readline`, iteration by lines, `write`, `flush`, `close`; the twins in
 * `Sync` block. The socket's timeout holds for each call.
 */
export class SocketFile implements Disposable, AsyncDisposable {
  readonly #owner: Owner;
  readonly #channel: Channel;
  readonly #mode: SocketFileMode;
  readonly #buffering: number;
  readonly #released: () => void;
  #closed = false;
  #ended = false;
  /** Received and not yet read. */
  #unread: Buffer = NOTHING;
  /** Written and not yet sent. */
  #unsent: Uint8Array[] = [];
  #unsentLength = 0;

  /** Made by `Socket.makefile`. */
  constructor(
    owner: Owner,
    channel: Channel,
    mode: SocketFileMode,
    options: SocketFileOptions | undefined,
    released: () => void,
  ) {
    if (!['r', 'w', 'rw'].includes(mode))
      throw new ValueError(`makefile(): mode must be 'r', 'w' or 'rw', not '${mode}'`);
    const buffering = options?.buffering ?? DEFAULT_BUFFERING;
    if (!Number.isInteger(buffering) || buffering < 0)
      throw new ValueError(`makefile(): buffering must be an integer from 0 up, not ${buffering}`);
    this.#owner = owner;
    this.#channel = channel;
    this.#mode = mode;
    this.#buffering = buffering;
    this.#released = released;
  }

  get closed(): boolean {
    return this.#closed;
  }

  readable(): boolean {
    return this.#mode !== 'w';
  }

  writable(): boolean {
    return this.#mode !== 'r';
  }

  /** Exactly `size` bytes, fewer only at the end of the stream; without a size everything up to the end. */
  async read(size?: number, options?: WaitOptions): Promise<Buffer> {
    this.#checkRead(size, 'size', 'read');
    const deadline = this.#deadline();
    while (this.#lacks(size)) await this.#fill(deadline, options);
    return this.#take(size ?? this.#unread.length);
  }

  readSync(size?: number): Buffer {
    this.#checkRead(size, 'size', 'read');
    const deadline = this.#deadline();
    while (this.#lacks(size)) this.#fillSync(deadline);
    return this.#take(size ?? this.#unread.length);
  }

  /** What is there, up to `size` bytes, waiting only when there is nothing; empty at the end of the stream. */
  async read1(size: number = RECEIVE_SIZE, options?: WaitOptions): Promise<Buffer> {
    this.#checkRead(size, 'size', 'read1');
    if (this.#unread.length === 0 && !this.#ended) await this.#fill(this.#deadline(), options);
    return this.#take(size);
  }

  /** The next line with its `\n`; without one only at the end of the stream, or when `limit` bytes have come before. */
  async readline(limit: number = Infinity, options?: WaitOptions): Promise<Buffer> {
    this.#checkRead(limit, 'limit', 'readline');
    const deadline = this.#deadline();
    for (let searched = 0; ;) {
      const length = this.#lineLength(searched, limit);
      if (length !== undefined) return this.#take(length);
      searched = this.#unread.length;
      await this.#fill(deadline, options);
    }
  }

  readlineSync(limit: number = Infinity): Buffer {
    this.#checkRead(limit, 'limit', 'readline');
    const deadline = this.#deadline();
    for (let searched = 0; ;) {
      const length = this.#lineLength(searched, limit);
      if (length !== undefined) return this.#take(length);
      searched = this.#unread.length;
      this.#fillSync(deadline);
    }
  }

  /** The lines up to the end of the stream, each with its `\n`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (let line = await this.readline(); line.length > 0; line = await this.readline()) yield line;
  }

  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    for (let line = this.readlineSync(); line.length > 0; line = this.readlineSync()) yield line;
  }

  /** Writes everything, to the buffer or to the socket; returns the count of bytes. */
  async write(data: Bytes, options?: WaitOptions): Promise<number> {
    const bytes = this.#keep(data);
    if (this.#unsentLength >= this.#buffering) await this.flush(options);
    return bytes;
  }

  writeSync(data: Bytes): number {
    const bytes = this.#keep(data);
    if (this.#unsentLength >= this.#buffering) this.flushSync();
    return bytes;
  }

  /** Sends what is in the buffer. What a failed flush could not send stays there. */
  async flush(options?: WaitOptions): Promise<void> {
    const data = this.#gather();
    if (data.length === 0) return;
    try {
      await this.#attached('write').write(this.#owner, this.#sending(data), this.#owner.timeout, options);
    } catch (error) {
      this.#putBack(data, error);
      throw error;
    }
  }

  flushSync(): void {
    const data = this.#gather();
    if (data.length === 0) return;
    try {
      this.#attached('write').writeSync(this.#sending(data), this.#owner.timeout);
    } catch (error) {
      this.#putBack(data, error);
      throw error;
    }
  }

  /** Sends what is in the buffer, and lets go of the socket, also when that fails. Twice is fine. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      this.#released();
    }
  }

  closeSync(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.flushSync();
    } finally {
      this.#released();
    }
  }

  [Symbol.dispose](): void {
    this.closeSync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #lacks(size: number | undefined): boolean {
    return !this.#ended && (size === undefined || this.#unread.length < size);
  }

  /** When a call that begins now must have ended, however many receives it takes. */
  #deadline(): number {
    return deadlineAfter(this.#owner.timeout);
  }

  #left(deadline: number): Seconds | null {
    return this.#owner.timeout === 0 ? 0 : secondsLeft(deadline, 'read');
  }

  async #fill(deadline: number, options: WaitOptions | undefined): Promise<void> {
    const channel = this.#attached('read');
    this.#append(await channel.receive(this.#owner, RECEIVE_SIZE, this.#left(deadline), options));
  }

  #fillSync(deadline: number): void {
    const channel = this.#attached('read');
    this.#append(channel.readSync(new Receive(channel.fd, RECEIVE_SIZE, 0), this.#left(deadline)));
  }

  #append(data: Buffer): void {
    if (data.length === 0) this.#ended = true;
    this.#unread = this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data]);
  }

  #take(size: number): Buffer {
    const data = this.#unread.subarray(0, size);
    this.#unread = data.length === this.#unread.length ? NOTHING : this.#unread.subarray(size);
    return data;
  }

  /** How long the next line is, if that can be told already. */
  #lineLength(searched: number, limit: number): number | undefined {
    const end = this.#unread.indexOf(LINE_FEED, searched);
    if (end >= 0) return Math.min(end + 1, limit);
    return this.#ended || this.#unread.length >= limit ? Math.min(this.#unread.length, limit) : undefined;
  }

  #keep(data: Bytes): number {
    this.#checkOpen('write');
    const bytes = toBytes(data, 'write');
    // gathered bytes are sent later, when the caller may have changed them
    const kept = this.#buffering === 0 ? bytes : Uint8Array.from(bytes);
    if (kept.length > 0) this.#unsent.push(kept);
    this.#unsentLength += kept.length;
    return bytes.length;
  }

  #gather(): Uint8Array {
    const data = this.#unsent.length === 1 ? (this.#unsent[0] as Uint8Array) : Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.#unsentLength = 0;
    return data;
  }

  #putBack(data: Uint8Array, error: unknown): void {
    const sent = error instanceof OSError && 'bytesSent' in error ? Number(error.bytesSent) : 0;
    this.#unsent.unshift(data.subarray(sent));
    this.#unsentLength += data.length - sent;
  }

  #sending(data: Uint8Array): SendAll {
    return new SendAll(this.#channel.fd, data, 0, 0);
  }

  #checkRead(most: number | undefined, name: string, call: string): void {
    this.#checkOpen('read');
    if (most !== undefined && most !== Infinity) checkSize(most, name, call);
  }

  /** The channel, unless its socket gave the descriptor up. */
  #attached(call: string): Channel {
    if (this.#channel.closed) throw closedError(call);
    return this.#channel;
  }

  #checkOpen(call: 'read' | 'write'): void {
    if (this.#closed) throw new ValueError(`${call}(): the file is closed`);
    if (call === 'read' && !this.readable())
      throw new ValueError(`${call}(): the file was opened with mode '${this.#mode}'`);
    if (call === 'write' && !this.writable())
      throw new ValueError(`${call}(): the file was opened with mode '${this.#mode}'`);
  }
}
