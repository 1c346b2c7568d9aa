/**
 * A connection carries messages, objects or bytes, between two programs or two parts of one.
 *
 * https://docs.python.org/3/library/multiprocessing.html#connection-objects
 */
import { inspect } from 'node:util';
import { ConnectionError, EOFError, OSError, RuntimeError, ValueError } from '@p8/errors';
import * as socket from '@p8/socket';
import type { Bytes, Socket } from '@p8/socket';
import { Lock } from '@p8/threading';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { cloneCodec } from './codec.ts';
import type { Codec } from './codec.ts';
import { checkedLimit, copied, partOf, targetOf } from './arguments.ts';
import { framed, FrameReader } from './frames.ts';
import { deadlineOf, secondsLeft, timedOut } from './limits.ts';
import type { Seconds } from './limits.ts';
import { isReadable, isReadableSync, limited } from './readiness.ts';

export interface ConnectionOptions {
  /** Whether it receives. Default: true. */
  readonly readable?: boolean;
  /** Whether it sends. Default: true. */
  readonly writable?: boolean;
  /** What objects are sent with. Default: the structured clone, for programs with p8. */
  readonly codec?: Codec;
}

/** The most descriptors that the kernel takes in one message: SCM_MAX_FD of unix(7). */
const MOST_DESCRIPTORS = 253;
const DESCRIPTOR_ROOM = socket.CMSG_SPACE(4 * MOST_DESCRIPTORS);
const AT_ONCE = { blocking: false } as const;

let socketOf: (connection: Connection<unknown, unknown>) => Socket;
let takeByte: (connection: Connection<unknown, unknown>) => Promise<number | undefined>;
let takeByteSync: (connection: Connection<unknown, unknown>) => number | undefined;

/**
 * One end. Calls may overlap: messages are sent and received whole, in the order of the calls. A call that waits takes
 * `{ timeout, signal }`; one that gives up loses nothing that has come. If sending breaks off in the middle of a message, the
 * connection is closed, as the other side could not tell what follows.
 */
export class Connection<Received = unknown, Sent = Received> implements Disposable, AsyncDisposable {
  static {
    // what `console.log` shows; a method of that name has no declaration
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Connection): string {
        return this.toString();
      },
    });
    socketOf = (connection) => connection.#open();
    takeByte = (connection) => connection.#receiveByte();
    takeByteSync = (connection) => connection.#receiveByteSync();
  }

  readonly #socket: Socket;
  readonly #codec: Codec;
  readonly #frames = new FrameReader();
  readonly #reading: Lock = new Lock();
  readonly #writing: Lock = new Lock();
  readonly #carriesDescriptors: boolean;
  /** Descriptors that came before the messages they belong to were taken. */
  readonly #descriptors: number[] = [];
  #readable: boolean;
  readonly #writable: boolean;
  /** What `poll` met: the kernel tells an error once, and it belongs to the call that receives. */
  #failure: ConnectionError | undefined;

  /**
   * @param source a connected stream socket, or the number of one, which belongs to the connection from now on
   */
  constructor(source: Socket | number, options: ConnectionOptions = {}) {
    const { readable = true, writable = true, codec = cloneCodec } = options;
    if (!readable && !writable) throw new ValueError('at least one of `readable` and `writable` must be true');
    const sock =
      typeof source === 'number' ? new socket.Socket(undefined, undefined, undefined, { fileno: source }) : source;
    if (sock.type !== socket.SOCK_STREAM)
      throw new ValueError('Connection: source must be a stream socket (SOCK_STREAM)');
    sock.settimeout(null);
    this.#socket = sock;
    this.#codec = codec;
    this.#readable = readable;
    this.#writable = writable;
    this.#carriesDescriptors = sock.family === socket.AF_UNIX;
  }

  /** Whether it receives; false also after a message that was longer than allowed, as nobody knows where the next begins. */
  get readable(): boolean {
    return this.#readable;
  }

  get writable(): boolean {
    return this.#writable;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The descriptor. Raises OSError if it is closed. */
  fileno(): number {
    return this.#open().fileno();
  }

  // ---- objects

  /** Sends an object. Raises PicklingError for what cannot be sent, BrokenPipeError where nobody receives any more. */
  async send(obj: Sent, options?: WaitOptions): Promise<void> {
    this.#checkWritable();
    return this.#write(this.#codec.encode(obj), options);
  }

  sendSync(obj: Sent, options?: BlockOptions): void {
    this.#checkWritable();
    this.#writeSync(this.#codec.encode(obj), options);
  }

  /** The next object; waits for one. Raises EOFError where nothing more comes, UnpicklingError for one that cannot be had here. */
  async recv(options?: WaitOptions): Promise<Received> {
    return this.#codec.decode(await this.#next(Infinity, options)) as Received;
  }

  recvSync(options?: BlockOptions): Received {
    return this.#codec.decodeSync(this.#nextSync(Infinity, options)) as Received;
  }

  /** The objects, until the other side has closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    for (;;) {
      let message: Buffer;
      try {
        message = await this.#next(Infinity, undefined);
      } catch (error) {
        if (error instanceof EOFError) return;
        throw error;
      }
      yield this.#codec.decode(message) as Received;
    }
  }

  // ---- bytes

  /** Sends `size` bytes from `offset` on, or all that follow, as one message. Raises ValueError where there are not so many. */
  async sendBytes(buffer: Bytes, offset = 0, size?: number, options?: WaitOptions): Promise<void> {
    this.#checkWritable();
    return this.#write(partOf(buffer, offset, size), options);
  }

  sendBytesSync(buffer: Bytes, offset = 0, size?: number, options?: BlockOptions): void {
    this.#checkWritable();
    this.#writeSync(partOf(buffer, offset, size), options);
  }

  /**
   * The next message as bytes; waits for one. Raises EOFError where nothing more comes, and OSError for a message of more than
   * `maxlength` bytes, after which nothing more can be received.
   */
  async recvBytes(maxlength?: number, options?: WaitOptions): Promise<Buffer> {
    return this.#next(checkedLimit(maxlength), options);
  }

  recvBytesSync(maxlength?: number, options?: BlockOptions): Buffer {
    return this.#nextSync(checkedLimit(maxlength), options);
  }

  /**
   * Receives a message into memory, from `offset` bytes on; returns its length. Raises BufferTooShort, which holds the message,
   * where it does not fit.
   */
  async recvBytesInto(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    offset = 0,
    options?: WaitOptions,
  ): Promise<number> {
    const target = targetOf(buffer, offset);
    return copied(await this.#next(Infinity, options), target);
  }

  recvBytesIntoSync(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    offset = 0,
    options?: BlockOptions,
  ): number {
    const target = targetOf(buffer, offset);
    return copied(this.#nextSync(Infinity, options), target);
  }

  // ---- waiting

  /** Whether a message, or the end, is there, or comes within so many seconds; null waits without limit. */
  async poll(timeout: Seconds | null = 0, options?: Pick<WaitOptions, 'signal'>): Promise<boolean> {
    this.#checkReadable();
    if (this.#frames.length > 0) return true;
    try {
      return await isReadable(this.#open(), timeout, options);
    } catch (error) {
      return this.#willFail(error);
    }
  }

  pollSync(timeout: Seconds | null = 0): boolean {
    this.#checkReadable();
    if (this.#frames.length > 0) return true;
    try {
      return isReadableSync(this.#open(), timeout);
    } catch (error) {
      return this.#willFail(error);
    }
  }

  // ---- the end

  /** Closes it; calls that wait are rejected. Twice is fine. */
  close(): void {
    this.#socket.close();
    for (const fd of this.#descriptors.splice(0)) socket.closeFd(fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  toString(): string {
    return `[object Connection ${this.closed ? 'closed' : `descriptor ${this.fileno()}`}]`;
  }

  // ---- receiving

  async #next(limit: number, options: WaitOptions | undefined): Promise<Buffer> {
    this.#checkReadable();
    const deadline = deadlineOf(options?.timeout);
    if (!this.#reading.acquireSync(AT_ONCE) && !(await this.#reading.acquire(options))) throw timedOut('recv');
    try {
      for (;;) {
        const message = this.#whole(limit);
        if (message !== undefined) return message;
        this.#arrived(await this.#receive(deadline, options));
      }
    } finally {
      this.#reading.release();
    }
  }

  #nextSync(limit: number, options: BlockOptions | undefined): Buffer {
    this.#checkReadable();
    const deadline = deadlineOf(options?.timeout);
    this.#enterSync(this.#reading, 'recvSync');
    try {
      for (;;) {
        const message = this.#whole(limit);
        if (message !== undefined) return message;
        this.#arrived(this.#receiveSync(deadline));
      }
    } finally {
      this.#reading.release();
    }
  }

  /** An error of a look at what comes is there for the next call that receives. */
  #willFail(error: unknown): true {
    if (!(error instanceof ConnectionError)) throw error;
    this.#failure = error;
    return true;
  }

  #whole(limit: number): Buffer | undefined {
    try {
      return this.#frames.next(limit);
    } catch (error) {
      if (this.#writable) this.#readable = false;
      else this.close();
      throw error;
    }
  }

  #arrived(count: number): void {
    if (count > 0) this.#frames.received(count);
    else if (this.#frames.atBoundary) throw new EOFError();
    else throw new OSError('got end of file during message');
  }

  async #receive(deadline: number, options: Pick<WaitOptions, 'signal'> | undefined): Promise<number> {
    const sock = this.#openToReceive();
    const { room } = this.#frames;
    const left = secondsLeft(deadline, 'recv');
    if (!this.#carriesDescriptors) return limited(sock, left, () => sock.recvInto(room, 0, 0, options));
    const [count, items] = await limited(sock, left, () => sock.recvmsgInto([room], DESCRIPTOR_ROOM, 0, options));
    this.#descriptors.push(...socket.descriptorsOf(items));
    return count;
  }

  #receiveSync(deadline: number): number {
    const sock = this.#openToReceive();
    const { room } = this.#frames;
    const left = secondsLeft(deadline, 'recv');
    if (!this.#carriesDescriptors) return limited(sock, left, () => sock.recvIntoSync(room));
    const [count, items] = limited(sock, left, () => sock.recvmsgIntoSync([room], DESCRIPTOR_ROOM));
    this.#descriptors.push(...socket.descriptorsOf(items));
    return count;
  }

  async #receiveByte(): Promise<number | undefined> {
    this.#checkReadable();
    await this.#reading.acquire();
    try {
      while (this.#frames.nextByte() === undefined) this.#arrived(await this.#receive(Infinity, undefined));
      return this.#descriptors.shift();
    } finally {
      this.#reading.release();
    }
  }

  #receiveByteSync(): number | undefined {
    this.#checkReadable();
    this.#enterSync(this.#reading, 'recvHandleSync');
    try {
      while (this.#frames.nextByte() === undefined) this.#arrived(this.#receiveSync(Infinity));
      return this.#descriptors.shift();
    } finally {
      this.#reading.release();
    }
  }

  // ---- sending

  async #write(message: Uint8Array, options: WaitOptions | undefined): Promise<void> {
    const deadline = deadlineOf(options?.timeout);
    if (!this.#writing.acquireSync(AT_ONCE) && !(await this.#writing.acquire(options))) throw timedOut('send');
    let sent = 0;
    try {
      const sock = this.#open();
      for (const part of framed(message)) {
        for (let rest = part; rest.length > 0;) {
          const left = secondsLeft(deadline, 'send');
          const waiting = limited(sock, left, () => sock.send(rest, 0, options));
          const count = await waiting;
          sent += count;
          rest = rest.subarray(count);
        }
      }
    } catch (error) {
      if (sent > 0) this.close();
      throw error;
    } finally {
      this.#writing.release();
    }
  }

  #writeSync(message: Uint8Array, options: BlockOptions | undefined): void {
    const deadline = deadlineOf(options?.timeout);
    this.#enterSync(this.#writing, 'sendSync');
    let sent = 0;
    try {
      const sock = this.#open();
      for (const part of framed(message)) {
        for (let rest = part; rest.length > 0;) {
          const left = secondsLeft(deadline, 'send');
          const count = limited(sock, left, () => sock.sendSync(rest));
          sent += count;
          rest = rest.subarray(count);
        }
      }
    } catch (error) {
      if (sent > 0) this.close();
      throw error;
    } finally {
      this.#writing.release();
    }
  }

  /** A call that waits holds the lock, and only this thread's event loop can end it. */
  #enterSync(lock: Lock, call: string): void {
    if (lock.acquireSync(AT_ONCE)) return;
    throw new RuntimeError(`${call}() would overtake a call of this connection that waits; await that first`);
  }

  #open(): Socket {
    if (this.#socket.closed) throw new OSError('handle is closed', { code: 'EBADF' });
    return this.#socket;
  }

  #openToReceive(): Socket {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return this.#open();
  }

  #checkReadable(): void {
    this.#open();
    if (!this.#readable) throw new OSError('connection is write-only');
  }

  #checkWritable(): void {
    this.#open();
    if (!this.#writable) throw new OSError('connection is read-only');
  }
}

/** The socket under a connection. Raises OSError if it is closed. */
export function socketUnder(connection: Connection<unknown, unknown>): Socket {
  return socketOf(connection);
}

/** Takes the byte that carries a descriptor, and the descriptor, if one came. */
export function takeDescriptor(connection: Connection<unknown, unknown>): Promise<number | undefined> {
  return takeByte(connection);
}

export function takeDescriptorSync(connection: Connection<unknown, unknown>): number | undefined {
  return takeByteSync(connection);
}
