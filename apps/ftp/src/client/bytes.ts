/** The bytes of a transfer: from a data connection into a sink, or from a source into a data connection. */
import type { FileHandle } from 'node:fs/promises';
import type { Socket } from '@p8/socket';
import { within } from './within.ts';

/**
 * Takes what arrives, in order. The transfer waits for a promise it returns, and so slows the server down; what it
 * raises ends the transfer.
 */
export type Sink = (data: Buffer) => unknown;

/** What can be sent: bytes, an open file, or anything that yields bytes (a stream, a generator). */
export type Source = Uint8Array | FileHandle | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Told after each part how far the file has come, in bytes, with those of before `rest`. */
export type Progress = (done: number) => void;

export interface Moving {
  readonly signal: AbortSignal;
  readonly progress: Progress | undefined;
  /** Where in the file the bytes begin. */
  readonly start: number;
}

export const BLOCK_SIZE: number = 256 * 1024;
/** The time limit of a session holds for each part of a file that is sent, so that it ends a stall, not a long file. */
const FILE_PART = 8 * 1024 * 1024;

/**
 * Gives everything that arrives to the sink, by way of `buffer`. Returns the count. With `reuse` the sink sees the buffer
 * itself, otherwise a copy of its own: cheaper than a fresh buffer of that size for every part.
 */
export async function receive(
  socket: Socket,
  sink: Sink,
  { signal, progress, start, buffer, reuse }: Moving & { readonly buffer: Buffer; readonly reuse: boolean },
): Promise<number> {
  let count = 0;
  for (;;) {
    const length = await socket.recvInto(buffer, 0, 0, { signal });
    if (length === 0) return count;
    const part = buffer.subarray(0, length);
    await sink(reuse ? part : Buffer.from(part));
    count += length;
    progress?.(start + count);
  }
}

/** Sends everything of the source; a file from `offset` on. Returns the count. */
export async function send(
  socket: Socket,
  source: Source,
  moving: Moving & { readonly offset: number },
): Promise<number> {
  if (isFile(source)) return sendFile(socket, source, moving);
  const { signal, progress, start } = moving;
  let count = 0;
  const put = async (part: Uint8Array) => {
    if (!ArrayBuffer.isView(part)) {
      throw new TypeError(`upload(): source must yield Uint8Array, not ${typeof part}; encode text with Buffer.from`);
    }
    await socket.sendall(part, 0, { signal });
    count += part.byteLength;
    progress?.(start + count);
  };
  if (source instanceof Uint8Array) {
    for (let i = 0; i < source.length; i += FILE_PART) await put(source.subarray(i, i + FILE_PART));
  } else {
    for await (const part of interruptible(source, signal)) await put(part);
  }
  return count;
}

/** Refuses what is no source, before anything is sent. */
export function checkSource(source: unknown): asserts source is Source {
  if (typeof source === 'string') {
    throw new TypeError(
      'upload(): source is a string; give Buffer.from(text), or for a file use uploadFile(ftp, path, …)',
    );
  }
  const isIterable =
    typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (!isIterable && !isFile(source)) {
    throw new TypeError('upload(): source must be bytes, a FileHandle or an iterable of bytes');
  }
}

async function sendFile(
  socket: Socket,
  file: FileHandle,
  { signal, progress, start, offset }: Moving & { readonly offset: number },
): Promise<number> {
  let count = 0;
  for (;;) {
    const before = count;
    const sent = await socket.sendfile(file, offset + count, FILE_PART, {
      signal,
      ...(progress && { progress: (sent: number) => progress(start + before + sent) }),
    });
    count += sent;
    if (sent < FILE_PART) return count;
  }
}

/** The parts of a source; a source that yields nothing for long does not hold up an abort. */
async function* interruptible(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      const result = await within(Promise.resolve(iterator.next()), null, signal);
      isOver = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    if (!isOver) {
      const closed = Promise.resolve(iterator.return?.());
      closed.catch(() => {}); // the error that ended the transfer is the one to know
      // a source that is stuck in next() answers return() only after it
      if (!signal.aborted) await closed;
    }
  }
}

function isFile(source: unknown): source is FileHandle {
  return typeof source === 'object' && source !== null && 'fd' in source && 'createReadStream' in source;
}
