/** Calls of a socket with a time limit of their own, and whether one would find something. */
import { BlockingIOError, OSError, TimeoutError } from '@p8/errors';
import { MSG_PEEK } from '@p8/socket';
import type { Socket } from '@p8/socket';
import type { WaitOptions } from '@p8/threading';
import type { Seconds } from './limits.ts';

/** The same socket. Raises OSError if it is closed. */
export function checkOpen(sock: Socket): Socket {
  if (sock.closed) throw new OSError('handle is closed', { code: 'EBADF' });
  return sock;
}

/** Makes one call of a socket, which is given this time. A call takes its limit when it is made, so nobody else has it. */
export function limited<T>(sock: Socket, seconds: Seconds | null, call: () => T): T {
  const before = sock.gettimeout();
  if (seconds === before) return call();
  sock.settimeout(seconds);
  try {
    return call();
  } finally {
    if (!sock.closed) sock.settimeout(before);
  }
}

/**
 * Whether something can be received, or the end is there, or comes within this time; takes nothing. Raises ConnectionError where
 * the kernel has an error to tell, which it tells once.
 */
export async function isReadable(
  sock: Socket,
  timeout: Seconds | null,
  options?: Pick<WaitOptions, 'signal'>,
): Promise<boolean> {
  try {
    await limited(sock, atLeastNow(timeout), () => sock.recv(1, MSG_PEEK, options));
    return true;
  } catch (error) {
    return nothingCame(error);
  }
}

export function isReadableSync(sock: Socket, timeout: Seconds | null): boolean {
  try {
    limited(sock, atLeastNow(timeout), () => sock.recvSync(1, MSG_PEEK));
    return true;
  } catch (error) {
    return nothingCame(error);
  }
}

function atLeastNow(timeout: Seconds | null): Seconds | null {
  return timeout === null ? null : Math.max(0, timeout);
}

function nothingCame(error: unknown): false {
  if (error instanceof TimeoutError || error instanceof BlockingIOError) return false;
  throw error;
}
