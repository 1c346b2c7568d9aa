/** Taking the descriptor of a socket or a listener of node:net, with nothing lost. */
import { linkSync, renameSync } from 'node:fs';
import { Server, Socket as NetSocket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { OSError, ValueError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { describe } from './describe.ts';
import type { Released } from './descriptor.ts';

const EBADF = 9;

/** What Node does not declare of its sockets. */
interface Handle {
  readonly fd: number;
  readStop(): number;
}

/**
 * Takes over what `source` has; it is destroyed without a word to its peer. All in one tick: between two, libuv could read
 * on.
 */
export function takeFromNet(source: NetSocket | Server): Released {
  if (source instanceof Server) return { fileno: takeListener(source), unread: Buffer.alloc(0) };
  if (!(source instanceof NetSocket)) {
    throw new TypeError(`fromNet() needs a net.Socket or a net.Server, not ${describe(source)}`);
  }
  return takeConnection(source);
}

function takeConnection(source: NetSocket): Released {
  if (source instanceof TLSSocket)
    throw new TypeError('fromNet(): the keys of a TLSSocket stay in Node; see wrapTls()');
  if (source.connecting) throw new ValueError("fromNet(): the socket is still connecting; wait for its 'connect'");
  const handle = handleOf(source);
  if (source.writableLength > 0) {
    throw new ValueError(
      `fromNet(): ${source.writableLength} bytes are still to be written; wait for the callback of the last write`,
    );
  }
  if (source.readableEncoding !== null) {
    throw new ValueError('fromNet(): after setEncoding() the bytes that were received are not known any more');
  }
  source.pause();
  const unread = (source.read() as Buffer | null) ?? Buffer.alloc(0);
  handle.readStop();
  const fileno = duplicate(handle.fd);
  source.destroy();
  return { fileno, unread };
}

function takeListener(source: Server): number {
  const handle = handleOf(source);
  const fileno = duplicate(handle.fd);
  const address = source.address();
  if (typeof address === 'string' && !address.startsWith('\0')) keepPath(address, () => source.close());
  else source.close();
  return fileno;
}

/** Closing a listener of Node's removes its path from the file system; the listener lives on under it. */
function keepPath(path: string, close: () => void): void {
  const second = `${path}.${process.pid}.p8`;
  linkSync(path, second);
  close();
  renameSync(second, path);
}

function handleOf(source: NetSocket | Server): Handle {
  const { _handle: handle } = source as unknown as { readonly _handle: Handle | null };
  if (handle !== null && handle !== undefined && handle.fd >= 0) return handle;
  throw new OSError('fromNet(): the socket or server is not open', { errno: EBADF });
}

function duplicate(fd: number): number {
  const copy = syscalls.dup(fd);
  if (copy < 0) throw new OSError(copy, { syscall: 'dup' });
  return copy;
}
