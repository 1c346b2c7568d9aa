/** The second storey of a socket: what a stream can do beyond single calls. */
import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { attempt, except, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import type { SocketChannel } from './byte-channel.ts';
import { checkSize, toBytes } from './bytes.ts';
import type { Bytes, Memory } from './bytes.ts';
import { Descriptor } from './descriptor.ts';
import { makefile } from './makefile.ts';
import type { BinaryFile, SocketFileMode, SocketFileOptions, TextSocketFileOptions } from './makefile.ts';
import { IncompleteReadError } from './record-errors.ts';
import { ReceiveExactly, ReceiveUntil } from './record-operations.ts';
import { sendfile, sendfileSync } from './sendfile.ts';
import type { SendfileOptions } from './sendfile.ts';
import type { SocketFile } from './socket-file.ts';
import type { SocketStream } from './socket-stream.ts';
import type { FileOwner, TextMode } from './stream-file.ts';
import type { TextSocketFile } from './text-socket-file.ts';
import { SocketDuplex } from './to-duplex.ts';
import type { ToDuplexOptions } from './to-duplex.ts';
import { toWeb } from './to-web.ts';
import type { WebStreams } from './to-web.ts';
import type { WaitOptions } from './wait.ts';

const { SOCK_STREAM } = constants;
const DEFAULT_LIMIT = 64 * 1024;
const DEFAULT_CHUNK = 64 * 1024;

export interface RecordOptions {
  /** The most bytes of a record, its delimiter included; 65,536 unless given. Infinity for none. */
  readonly limit?: number;
}

/** The second storey of a {@link Socket}, and of a `TlsSocket`. */
export abstract class StreamSocket<C extends SocketChannel = SocketChannel> extends Descriptor<C> {
  abstract recv(bufsize: number, flags?: number, options?: WaitOptions): Promise<Buffer>;
  abstract recvSync(bufsize: number, flags?: number): Buffer;
  abstract recvInto(buffer: Memory, nbytes?: number, flags?: number, options?: WaitOptions): Promise<number>;
  abstract sendall(data: Bytes, flags?: number, options?: WaitOptions): Promise<void>;

  // ---- records

  /**
   * Exactly `size` bytes, and not one more. Waits for all of them. Raises IncompleteReadError with what had come where the
   * stream ends before. Whatever else ends the call, what had come is received next, by any call.
   */
  recvExactly(size: number, options?: WaitOptions): Promise<Buffer> {
    return this.waiting('recvExactly', (channel) =>
      channel.read(this, exactly(channel, this.type, size), this.timeLimit, options),
    );
  }

  recvExactlySync(size: number): Buffer {
    const channel = this.open('recvExactly');
    return channel.readSync(exactly(channel, this.type, size), this.timeLimit);
  }

  /**
   * Up to and including the first `delimiter`, and nothing behind it; empty at the end of the stream. Raises
   * IncompleteReadError where the stream ends before the delimiter, LimitOverrunError where it is not within the limit.
   */
  recvUntil(delimiter: Bytes, options?: RecordOptions & WaitOptions): Promise<Buffer> {
    return this.waiting('recvUntil', (channel) =>
      channel.read(this, until(channel, this.type, delimiter, options, 'recvUntil'), this.timeLimit, options),
    );
  }

  recvUntilSync(delimiter: Bytes, options?: RecordOptions): Buffer {
    const channel = this.open('recvUntil');
    return channel.readSync(until(channel, this.type, delimiter, options, 'recvUntil'), this.timeLimit);
  }

  /** The lines up to the end of the stream, each with its `\n`, which only the last may lack. Raises LimitOverrunError. */
  async *lines(options?: RecordOptions & WaitOptions): AsyncGenerator<Buffer, void, undefined> {
    const next = (): Promise<Buffer> =>
      attempt(() => this.recvUntil('\n', options), except(IncompleteReadError, lastLine));
    for (let line = await next(); line.length > 0; line = await next()) yield line;
  }

  *linesSync(options?: RecordOptions): Generator<Buffer, void, undefined> {
    const next = (): Buffer => attempt(() => this.recvUntilSync('\n', options), except(IncompleteReadError, lastLine));
    for (let line = next(); line.length > 0; line = next()) yield line;
  }

  /** What comes, as it comes, up to the end of the stream, at most `size` bytes at a time. */
  async *chunks(size: number = DEFAULT_CHUNK, options?: WaitOptions): AsyncGenerator<Buffer, void, undefined> {
    checkChunk(this.type, size);
    for (let chunk = await this.recv(size, 0, options); chunk.length > 0; chunk = await this.recv(size, 0, options)) {
      yield chunk;
    }
  }

  *chunksSync(size: number = DEFAULT_CHUNK): Generator<Buffer, void, undefined> {
    checkChunk(this.type, size);
    for (let chunk = this.recvSync(size); chunk.length > 0; chunk = this.recvSync(size)) yield chunk;
  }

  /** A stream is its {@link chunks}. */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    return this.chunks();
  }

  [Symbol.iterator](): Generator<Buffer, void, undefined> {
    return this.chunksSync();
  }

  // ---- files

  /**
   * Sends a regular file from `offset` on, `count` bytes of it or all, and returns how many were sent. The file's position
   * is moved behind them. The event loop is not held up by a slow disk. Raises ValueError for a socket that is no
   * stream or does not wait, and for a count below 1.
   */
  sendfile(file: number | FileHandle, offset = 0, count?: number, options?: SendfileOptions): Promise<number> {
    return this.waiting('sendfile', (channel) => {
      checkWaitingStream(this, 'sendfile');
      return sendfile(this, channel, file, offset, count, this.timeLimit, options);
    });
  }

  sendfileSync(
    file: number | FileHandle,
    offset = 0,
    count?: number,
    options?: Pick<SendfileOptions, 'progress'>,
  ): number {
    const channel = this.open('sendfile');
    checkWaitingStream(this, 'sendfile');
    return sendfileSync(channel, file, offset, count, this.timeLimit, options);
  }

  /**
   * A file over the stream, to read (`'r'`), write (`'w'`) or both (`'rw'`): of bytes, or of text where an encoding is
   * given; without a buffer where `buffering` is 0. The descriptor stays open until the socket and all its files are
   * closed. Raises ValueError for another mode, LookupError for another encoding.
   */
  makefile<const Size extends number = 1>(
    mode?: SocketFileMode,
    options?: SocketFileOptions & { readonly buffering?: Size | undefined },
  ): BinaryFile<Size>;
  makefile(mode: TextMode, options: TextSocketFileOptions): TextSocketFile;
  makefile(
    mode: SocketFileMode = 'r',
    options: SocketFileOptions | TextSocketFileOptions = {},
  ): SocketStream | SocketFile | TextSocketFile {
    const channel = this.open('makefile');
    const owner = openFor(this, channel, () => this.endFile());
    const file = makefile(owner, mode, options);
    this.beginFile();
    return file;
  }

  // ---- other forms of a stream

  /**
   * A `Duplex` of node:stream over this socket, which belongs to it from now on: it is closed when the stream is destroyed,
   * or has ended in both directions. Back-pressure, half-close and errors go through; the socket's timeout bounds each
   * read and write.
   */
  toDuplex(options?: ToDuplexOptions): Duplex {
    this.open('toDuplex');
    checkWaitingStream(this, 'toDuplex');
    return new SocketDuplex(this, options);
  }

  /** A pair of web streams over this socket, which belongs to them from now on. The readable one is a stream of bytes. */
  toWeb(): WebStreams {
    this.open('toWeb');
    checkWaitingStream(this, 'toWeb');
    return toWeb(this);
  }
}

function exactly(channel: SocketChannel, type: number, size: number): ReceiveExactly {
  checkSize(size, 'size', 'recvExactly');
  checkStream(type, 'recvExactly');
  return new ReceiveExactly(channel, size);
}

function until(
  channel: SocketChannel,
  type: number,
  delimiter: Bytes,
  options: RecordOptions | undefined,
  call: string,
): ReceiveUntil {
  const bytes = toBytes(delimiter, call);
  if (bytes.length === 0) throw new ValueError(`${call}(): delimiter must not be empty`);
  const limit = options?.limit ?? DEFAULT_LIMIT;
  if (limit !== Infinity) checkSize(limit, 'limit', call);
  if (limit < bytes.length) throw new ValueError(`${call}(): limit must have room for the delimiter: ${limit}`);
  checkStream(type, call);
  return new ReceiveUntil(channel, bytes, limit, call);
}

function checkChunk(type: number, size: number): void {
  checkSize(size, 'size', 'chunks');
  if (size === 0) throw new ValueError('chunks(): size must not be 0');
  checkStream(type, 'chunks');
}

function checkStream(type: number, call: string): void {
  if (type !== SOCK_STREAM) throw new ValueError(`${call}() needs a stream socket (SOCK_STREAM)`);
}

function checkWaitingStream({ type, timeout }: StreamSocket, call: string): void {
  checkStream(type, call);
  if (timeout === 0) throw new ValueError(`${call}() needs a socket that may wait; settimeout() is 0`);
}

function lastLine({ partial }: IncompleteReadError): Buffer {
  return partial;
}

/** What the files of a socket need of it: the limit in force, also after the socket was closed. */
function openFor(socket: StreamSocket, channel: SocketChannel, released: () => void): FileOwner {
  return {
    channel,
    released,
    fileno: () => (channel.closed ? -1 : channel.fd),
    get timeout() {
      return socket.timeout;
    },
  };
}
