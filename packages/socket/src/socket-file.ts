/**
 * The buffered file over a stream: Python's BufferedReader, BufferedWriter and BufferedRWPair in one. A time-out loses
 * nothing: what had come stays, and the next call goes on with it. What was read ahead belongs to the stream, not to the
 * file: `recv`, another file, or none of them may read it next.
 *
 * https://docs.python.org/3/library/socket.html#socket.socket.makefile
 */
import type { ByteChannel } from './byte-channel.ts';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes, Memory } from './bytes.ts';
import type { Operation } from './channel.ts';
import { everything, exactly, line, Peeking, READ_AHEAD, some } from './file-reading.ts';
import type { SocketStream } from './socket-stream.ts';
import { attached, StreamFile } from './stream-file.ts';
import type { BinaryMode, FileOwner } from './stream-file.ts';
import type { WaitOptions } from './wait.ts';

/**
 * A file over a socket. For callers: `read`, `readline`, iteration by lines, `write`, `flush`, `close`; the twins in
 * `Sync` block. The socket's timeout holds for each call.
 */
export class SocketFile extends StreamFile<Buffer, BinaryMode> {
  /** The file below, which has no buffer. */
  readonly raw: SocketStream;
  readonly #owner: FileOwner;
  readonly #buffering: number;
  /** Written and not yet sent. */
  #unsent: Uint8Array[] = [];
  #unsentLength = 0;

  /** Made by `makefile`. */
  constructor(owner: FileOwner, raw: SocketStream, buffering: number) {
    super(raw.mode);
    this.#owner = owner;
    this.raw = raw;
    this.#buffering = buffering;
  }

  /** The descriptor; -1 once the socket is closed. */
  fileno(): number {
    return this.raw.fileno();
  }

  /** Exactly `size` bytes, fewer only at the end of the stream; without a size everything up to the end. */
  async read(size?: number, options?: WaitOptions): Promise<Buffer> {
    return this.#run(this.#read(size), options);
  }

  readSync(size?: number): Buffer {
    return this.#runSync(this.#read(size));
  }

  /** What is there, up to `size` bytes, waiting only when there is nothing; empty at the end of the stream. */
  async read1(size: number = READ_AHEAD, options?: WaitOptions): Promise<Buffer> {
    return this.#run(some(this.#reading('read1', size, 'size'), 'read1', size, READ_AHEAD), options);
  }

  read1Sync(size: number = READ_AHEAD): Buffer {
    return this.#runSync(some(this.#reading('read1', size, 'size'), 'read1', size, READ_AHEAD));
  }

  /** Fills `target`, except at the end of the stream; returns the count. */
  async readinto(target: Memory, options?: WaitOptions): Promise<number> {
    const memory = toTarget(target, 0, 'readinto');
    return store(await this.read(memory.length, options), memory);
  }

  readintoSync(target: Memory): number {
    const memory = toTarget(target, 0, 'readinto');
    return store(this.readSync(memory.length), memory);
  }

  /** As {@link read1}, into `target`; returns the count. */
  async readinto1(target: Memory, options?: WaitOptions): Promise<number> {
    const memory = toTarget(target, 0, 'readinto1');
    return store(await this.read1(memory.length, options), memory);
  }

  readinto1Sync(target: Memory): number {
    const memory = toTarget(target, 0, 'readinto1');
    return store(this.read1Sync(memory.length), memory);
  }

  override async readline(limit: number = Infinity, options?: WaitOptions): Promise<Buffer> {
    return this.#run(line(this.#reading('readline', limit, 'limit'), limit), options);
  }

  override readlineSync(limit: number = Infinity): Buffer {
    return this.#runSync(line(this.#reading('readline', limit, 'limit'), limit));
  }

  /** What comes next, which stays there: at least a byte, waiting when there is none; empty at the end. */
  async peek(options?: WaitOptions): Promise<Buffer> {
    return this.#run(new Peeking(this.#reading('peek')), options);
  }

  peekSync(): Buffer {
    return this.#runSync(new Peeking(this.#reading('peek')));
  }

  /** Writes everything, to the buffer or to the socket; returns the count of bytes. */
  override async write(data: Bytes, options?: WaitOptions): Promise<number> {
    const bytes = this.#keep(data);
    if (this.#unsentLength >= this.#buffering) await this.flush(options);
    return bytes;
  }

  override writeSync(data: Bytes): number {
    const bytes = this.#keep(data);
    if (this.#unsentLength >= this.#buffering) this.flushSync();
    return bytes;
  }

  /** Sends what is in the buffer. What a failed flush could not send stays there. */
  override async flush(options?: WaitOptions): Promise<void> {
    if (this.#unsent.length === 0) return;
    const channel = attached(this.#owner, 'write');
    const data = this.#gather();
    const sending = channel.sending(data, 'write');
    try {
      await channel.write(this.#owner, sending, this.#owner.timeout, options);
    } catch (error) {
      this.#putBack(data.subarray(sending.sent));
      throw error;
    }
  }

  override flushSync(): void {
    if (this.#unsent.length === 0) return;
    const channel = attached(this.#owner, 'write');
    const data = this.#gather();
    const sending = channel.sending(data, 'write');
    try {
      channel.writeSync(sending, this.#owner.timeout);
    } catch (error) {
      this.#putBack(data.subarray(sending.sent));
      throw error;
    }
  }

  /** Sends what is in the buffer and gives the raw file up, open; this file is of no use afterwards. */
  async detach(): Promise<SocketStream> {
    this.checkOpen('detach');
    await this.flush();
    this.markDetached();
    return this.raw;
  }

  detachSync(): SocketStream {
    this.checkOpen('detach');
    this.flushSync();
    this.markDetached();
    return this.raw;
  }

  protected override release(): Promise<void> {
    return this.raw.close();
  }

  protected override releaseSync(): void {
    this.raw.closeSync();
  }

  #run<T>(operation: Operation<T>, options: WaitOptions | undefined): Promise<T> {
    return attached(this.#owner, operation.call).read(this.#owner, operation, this.#owner.timeout, options);
  }

  #runSync<T>(operation: Operation<T>): T {
    return attached(this.#owner, operation.call).readSync(operation, this.#owner.timeout);
  }

  #read(size: number | undefined): Operation<Buffer> {
    const channel = this.#reading('read', size);
    return size === undefined ? everything(channel) : exactly(channel, size);
  }

  #reading(call: string, most: number = Infinity, name = 'size'): ByteChannel {
    this.checkRead(call);
    if (most !== Infinity) checkSize(most, name, call);
    return attached(this.#owner, call);
  }

  #keep(data: Bytes): number {
    this.checkWrite('write');
    const bytes = toBytes(data, 'write');
    // gathered bytes are sent later, when the caller may have changed them
    if (bytes.length > 0) this.#unsent.push(Uint8Array.from(bytes));
    this.#unsentLength += bytes.length;
    return bytes.length;
  }

  #gather(): Uint8Array {
    const data = this.#unsent.length === 1 ? (this.#unsent[0] as Uint8Array) : Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.#unsentLength = 0;
    return data;
  }

  #putBack(data: Uint8Array): void {
    if (data.length > 0) this.#unsent.unshift(data);
    this.#unsentLength += data.length;
  }
}

function store(data: Buffer, memory: Uint8Array): number {
  memory.set(data);
  return data.length;
}
