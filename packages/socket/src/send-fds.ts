/**
 * Descriptors between programs, over unix sockets. https://docs.python.org/3/library/socket.html#socket.send_fds · unix(7)
 */
import { constants, syscalls } from '@p8/syscall';
import { checkSize } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Address } from './address.ts';
import { CMSG_LEN, CMSG_SPACE } from './ancillary.ts';
import type { AncillaryItem } from './ancillary.ts';
import { descriptors, descriptorsOf } from './control-messages.ts';
import type { Socket } from './socket.ts';
import type { WaitOptions } from './wait.ts';

const DESCRIPTOR = Int32Array.BYTES_PER_ELEMENT;
/** `struct ucred` */
const CREDENTIALS = 12;

/**
 * Sends data together with duplicates of descriptors; the originals stay open. Returns how many bytes went out. A stream
 * needs at least one byte of data to carry them. Raises OSError (EBADF, and EINVAL for more than 253), waits as `sendmsg`.
 */
export function sendFds(
  sock: Socket,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address?: Address,
  options?: WaitOptions,
): Promise<number> {
  return sock.sendmsg(buffers, [descriptors(fds)], flags, address, options);
}

export function sendFdsSync(
  sock: Socket,
  buffers: Iterable<Bytes>,
  fds: Iterable<number>,
  flags = 0,
  address?: Address,
): number {
  return sock.sendmsgSync(buffers, [descriptors(fds)], flags, address);
}

/**
 * Receives up to `bufsize` bytes and up to `maxfds` descriptors, which belong to the program and are closed on exec. More
 * descriptors than that are closed, and the flags hold MSG_CTRUNC. Waits for a message.
 */
export async function recvFds(
  sock: Socket,
  bufsize: number,
  maxfds: number,
  flags = 0,
  options?: WaitOptions,
): Promise<[data: Buffer, fds: number[], flags: number, address: Address]> {
  return taking(maxfds, await sock.recvmsg(bufsize, roomFor(maxfds), flags, options));
}

export function recvFdsSync(
  sock: Socket,
  bufsize: number,
  maxfds: number,
  flags = 0,
): [data: Buffer, fds: number[], flags: number, address: Address] {
  return taking(maxfds, sock.recvmsgSync(bufsize, roomFor(maxfds), flags));
}

/** With room for credentials, which stand before the descriptors where SO_PASSCRED is set. */
function roomFor(maxfds: number): number {
  checkSize(maxfds, 'maxfds', 'recvFds');
  return CMSG_SPACE(CREDENTIALS) + CMSG_LEN(maxfds * DESCRIPTOR);
}

/** Where no credentials came, their room may have let more descriptors in. */
function taking(
  maxfds: number,
  [data, items, flags, address]: [Buffer, AncillaryItem[], number, Address],
): [data: Buffer, fds: number[], flags: number, address: Address] {
  const fds = descriptorsOf(items);
  const surplus = fds.splice(maxfds);
  for (const fd of surplus) syscalls.close(fd);
  return [data, fds, surplus.length > 0 ? flags | constants.MSG_CTRUNC : flags, address];
}
