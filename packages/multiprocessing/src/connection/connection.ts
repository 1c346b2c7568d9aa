/**
 * A connection carries messages, objects or bytes, between two programs or two parts of one.
 *
 * https://docs.python.org/3/library/multiprocessing.html#connection-objects
 */
import { inspect } from 'node:util';
import { EOFError, OSError, RuntimeError, ValueError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import type { PassedFd, Reduced } from '@p8/pickle';
import { passFd, SOCK_STREAM, Socket } from '@p8/socket';
import type { Bytes } from '@p8/socket';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { cloneCodec } from './codec.ts';
import type { Codec } from './codec.ts';
import { checkedLimit, copied, partOf, targetOf } from './arguments.ts';
import { Incoming } from './incoming.ts';
import type { Rest } from './incoming.ts';
import { closeAll } from './letter.ts';
import type { Letter, Message } from './letter.ts';
import type { Seconds } from './limits.ts';
import { Outgoing } from './outgoing.ts';
import { checkOpen } from './readiness.ts';

export interface ConnectionOptions {
  /** Whether it receives. Default: true. */
  readonly readable?: boolean;
  /** Whether it sends. Default: true. */
  readonly writable?: boolean;
  /** What objects are sent with. Default: the structured clone, for programs with p8. */
  readonly codec?: Codec;
}

/** For a connection that goes on with a stream: what another object had received of it. */
const REST: unique symbol = Symbol('rest');

let partsOf: (connection: Connection<unknown, unknown>) => Parts;

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
    partsOf = (connection) => connection.#parts;
    reducible<Connection>(Connection, (connection) => connection.#reduced());
  }

  readonly #parts: Parts;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #codec: Codec;
  #readable: boolean;
  readonly #writable: boolean;

  /**
   * @param source a connected stream socket, or the number of one, which belongs to the connection from now on
   */
  constructor(source: Socket | number, options: ConnectionOptions & { readonly [REST]?: Rest } = {}) {
    const { readable = true, writable = true, codec = cloneCodec } = options;
    if (!readable && !writable) throw new ValueError('at least one of `readable` and `writable` must be true');
    const socket =
      typeof source === 'number' ? new Socket(undefined, undefined, undefined, { fileno: source }) : source;
    if (socket.type !== SOCK_STREAM) throw new ValueError('Connection: source must be a stream socket (SOCK_STREAM)');
    socket.settimeout(null);
    this.#incoming = new Incoming(socket, () => this.#lostTrack(), options[REST]);
    this.#outgoing = new Outgoing(socket, () => this.close());
    this.#parts = { socket, incoming: this.#incoming, outgoing: this.#outgoing };
    this.#codec = codec;
    this.#readable = readable;
    this.#writable = writable;
  }

  /** Whether it receives; false also after a message that was longer than allowed, as nobody knows where the next begins. */
  get readable(): boolean {
    return this.#readable;
  }

  get writable(): boolean {
    return this.#writable;
  }

  get closed(): boolean {
    return this.#parts.socket.closed;
  }

  /** The descriptor. Raises OSError if it is closed. */
  fileno(): number {
    return checkOpen(this.#parts.socket).fileno();
  }

  // ---- objects

  /** Sends an object. Raises PicklingError for what cannot be sent, BrokenPipeError where nobody receives any more. */
  async send(obj: Sent, options?: WaitOptions): Promise<void> {
    this.#checkWritable();
    return this.#outgoing.post(letterOf(this.#codec.encode(obj)), options);
  }

  sendSync(obj: Sent, options?: BlockOptions): void {
    this.#checkWritable();
    this.#outgoing.postSync(letterOf(this.#codec.encode(obj)), options);
  }

  /** The next object; waits for one. Raises EOFError where nothing more comes, UnpicklingError for one that cannot be had here. */
  async recv(options?: WaitOptions): Promise<Received> {
    return this.#decoded(await this.#next(Infinity, options));
  }

  recvSync(options?: BlockOptions): Received {
    const { bytes, descriptors } = this.#nextSync(Infinity, options);
    try {
      return this.#codec.decodeSync(bytes, descriptors) as Received;
    } finally {
      closeAll(descriptors);
    }
  }

  /** The objects, until the other side has closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    for (;;) {
      let message: Message;
      try {
        message = await this.#next(Infinity, undefined);
      } catch (error) {
        if (error instanceof EOFError) return;
        throw error;
      }
      yield this.#decoded(message);
    }
  }

  // ---- bytes

  /** Sends `size` bytes from `offset` on, or all that follow, as one message. Raises ValueError where there are not so many. */
  async sendBytes(buffer: Bytes, offset = 0, size?: number, options?: WaitOptions): Promise<void> {
    this.#checkWritable();
    return this.#outgoing.write(partOf(buffer, offset, size), options);
  }

  sendBytesSync(buffer: Bytes, offset = 0, size?: number, options?: BlockOptions): void {
    this.#checkWritable();
    this.#outgoing.writeSync(partOf(buffer, offset, size), options);
  }

  /**
   * The next message as bytes; waits for one. Raises EOFError where nothing more comes, and OSError for a message of more than
   * `maxlength` bytes, after which nothing more can be received.
   */
  async recvBytes(maxlength?: number, options?: WaitOptions): Promise<Buffer> {
    return bytesOf(await this.#next(checkedLimit(maxlength), options));
  }

  recvBytesSync(maxlength?: number, options?: BlockOptions): Buffer {
    return bytesOf(this.#nextSync(checkedLimit(maxlength), options));
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
    return copied(bytesOf(await this.#next(Infinity, options)), target);
  }

  recvBytesIntoSync(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    offset = 0,
    options?: BlockOptions,
  ): number {
    const target = targetOf(buffer, offset);
    return copied(bytesOf(this.#nextSync(Infinity, options)), target);
  }

  // ---- waiting

  /** Whether a message, or the end, is there, or comes within so many seconds; null waits without limit. */
  async poll(timeout: Seconds | null = 0, options?: Pick<WaitOptions, 'signal'>): Promise<boolean> {
    this.#checkReadable();
    return this.#incoming.poll(timeout, options);
  }

  pollSync(timeout: Seconds | null = 0): boolean {
    this.#checkReadable();
    return this.#incoming.pollSync(timeout);
  }

  /** Lets the program end although calls wait on this connection, until {@link ref}. Nothing on a closed one. */
  unref(): this {
    this.#parts.socket.unref();
    return this;
  }

  /** Takes {@link unref} back. */
  ref(): this {
    this.#parts.socket.ref();
    return this;
  }

  // ---- the end

  /** Closes it; calls that wait are rejected. Twice is fine. */
  close(): void {
    this.#parts.socket.close();
    this.#incoming.close();
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

  #reduced(): Reduced {
    const { socket, incoming, outgoing } = this.#parts;
    checkOpen(socket);
    if (outgoing.busy)
      throw new RuntimeError('this connection is sending a message: await that before you give it away');
    const { bytes, batches } = incoming.rest;
    const passed = batches.map(({ end, descriptors }) => ({ end, descriptors: descriptors.map((fd) => passFd(fd)) }));
    const codec = this.#codec === cloneCodec ? undefined : this.#codec;
    const args = [socket, this.#readable, this.#writable, codec, Uint8Array.from(bytes), passed];
    return [receiveConnection, args, { sent: () => this.close() }];
  }

  async #next(limit: number, options: WaitOptions | undefined): Promise<Message> {
    this.#checkReadable();
    return this.#incoming.next(limit, options);
  }

  #nextSync(limit: number, options: BlockOptions | undefined): Message {
    this.#checkReadable();
    return this.#incoming.nextSync(limit, options);
  }

  async #decoded({ bytes, descriptors }: Message): Promise<Received> {
    try {
      return (await this.#codec.decode(bytes, descriptors)) as Received;
    } finally {
      closeAll(descriptors);
    }
  }

  /** Nobody knows where the next message begins. */
  #lostTrack(): void {
    if (this.#writable) this.#readable = false;
    else this.close();
  }

  #checkReadable(): void {
    checkOpen(this.#parts.socket);
    if (!this.#readable) throw new OSError('connection is write-only');
  }

  #checkWritable(): void {
    checkOpen(this.#parts.socket);
    if (!this.#writable) throw new OSError('connection is read-only');
  }
}

/** The connection of a message: it goes on where the other stopped. */
export function receiveConnection(
  socket: Socket,
  readable: boolean,
  writable: boolean,
  codec: Codec | undefined,
  bytes: Uint8Array,
  passed: readonly { readonly end: number; readonly descriptors: readonly PassedFd[] }[],
): Connection {
  const batches = passed.map(({ end, descriptors }) => ({ end, descriptors: descriptors.map((fd) => fd.take()) }));
  return new Connection(socket, { readable, writable, ...(codec && { codec }), [REST]: { bytes, batches } });
}

/** What a connection consists of. */
interface Parts {
  readonly socket: Socket;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
}

/** The parts of a connection, for this package. */
export function insideOf(connection: Connection<unknown, unknown>): Parts {
  return partsOf(connection);
}

/** A codec that knows nothing of descriptors gives bytes. */
function letterOf(encoded: Uint8Array | Letter): Letter {
  if (!(encoded instanceof Uint8Array)) return encoded;
  return { bytes: encoded, descriptors: [], sent: nothing, failed: nothing };
}

function nothing(): void {}

/** For who takes the bytes alone. */
function bytesOf({ bytes, descriptors }: Message): Buffer {
  closeAll(descriptors);
  return bytes;
}

// in a bundle nobody exports it
importable(import.meta, { receiveConnection });
