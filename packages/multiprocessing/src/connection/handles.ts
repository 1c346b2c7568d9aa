/** Descriptors on a connection, as CPython's `multiprocessing.reduction` sends them: a byte outside of any message. */
import { RuntimeError } from '@p8/errors';
import { sendFds, sendFdsSync } from '@p8/socket';
import { insideOf } from './connection.ts';
import type { Connection } from './connection.ts';
import { checkOpen } from './readiness.ts';

const ONE = Uint8Array.of(1);

/**
 * Sends a duplicate of a descriptor over a connection on a unix socket; the original stays open. `_pid` is Python's, for
 * Windows. Messages that are being sent must have been awaited before.
 */
export async function sendHandle(connection: Connection<unknown, unknown>, fd: number, _pid?: number): Promise<void> {
  await sendFds(checkOpen(insideOf(connection).socket), [ONE], [fd]);
}

export function sendHandleSync(connection: Connection<unknown, unknown>, fd: number, _pid?: number): void {
  sendFdsSync(checkOpen(insideOf(connection).socket), [ONE], [fd]);
}

/** The next descriptor, which belongs to the program and is closed on exec; waits for it. Raises RuntimeError if none came. */
export async function recvHandle(connection: Connection<unknown, unknown>): Promise<number> {
  return arrived(await insideOf(connection).incoming.descriptor());
}

export function recvHandleSync(connection: Connection<unknown, unknown>): number {
  return arrived(insideOf(connection).incoming.descriptorSync());
}

function arrived(fd: number | undefined): number {
  if (fd !== undefined) return fd;
  throw new RuntimeError(
    'received 0 items of ancdata: recvHandle() needs a sendHandle() at the other end, of a unix socket',
  );
}
