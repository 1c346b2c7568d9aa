/** A stream socket as a pair of web streams. https://streams.spec.whatwg.org */
import { ReadableStream, WritableStream } from 'node:stream/web';
import type { ReadableByteStreamController, UnderlyingByteSource } from 'node:stream/web';
import { constants } from '@p8/syscall';
import type { Bytes } from './bytes.ts';
import type { StreamSocket } from './stream-socket.ts';

const CHUNK = 64 * 1024;

/** What `toWeb` gives. */
export interface WebStreams {
  /** A stream of bytes: `getReader({ mode: 'byob' })` receives into the reader's own memory. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Bytes>;
}

/** The socket is closed when both streams have ended, or one has failed. */
export function toWeb(socket: StreamSocket): WebStreams {
  let open = 2;
  const ended = (): void => {
    if (--open === 0) socket.close();
  };
  const failed = (error: unknown): never => {
    socket.close();
    throw error;
  };
  return { readable: readableOf(socket, ended, failed), writable: writableOf(socket, ended, failed) };
}

function readableOf(
  socket: StreamSocket,
  ended: () => void,
  failed: (error: unknown) => never,
): WebStreams['readable'] {
  const cancelled = new AbortController();
  const source: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller) {
      try {
        if (await receive(socket, controller, cancelled.signal)) ended();
      } catch (error) {
        // a receive that cancel() has ended is no failure
        if (!cancelled.signal.aborted) failed(error);
      }
    },
    cancel() {
      cancelled.abort();
      ended();
    },
  };
  return new ReadableStream(source);
}

function writableOf(
  socket: StreamSocket,
  ended: () => void,
  failed: (error: unknown) => never,
): WebStreams['writable'] {
  return new WritableStream<Bytes>({
    write: (chunk) => socket.sendall(chunk).catch(failed),
    close() {
      socket.shutdown(constants.SHUT_WR);
      ended();
    },
    abort: () => socket.close(),
  });
}

/** Gives the stream what comes next; true at the end. */
async function receive(
  socket: StreamSocket,
  controller: ReadableByteStreamController,
  signal: AbortSignal,
): Promise<boolean> {
  const request = controller.byobRequest;
  if (request?.view) {
    const count = await socket.recvInto(request.view, 0, 0, { signal });
    if (count === 0) controller.close();
    request.respond(count);
    return count === 0;
  }
  const data = await socket.recv(CHUNK, 0, { signal });
  // a copy: the stream takes the whole memory of a chunk away, and ours holds other results too
  if (data.length > 0) controller.enqueue(new Uint8Array(data));
  else controller.close();
  return data.length === 0;
}
