/**
 * The structs that options take, for `setsockopt`: as bytes, and back.
 *
 *     sock.setsockopt(SOL_SOCKET, SO_LINGER, linger(0));
 *     sock.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, ipMreqn('239.1.1.1', 'lo'));
 *
 * socket(7), ip(7), ipv6(7), RFC 3678
 */
import { OverflowError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { interfaceIndex } from './address/interface.ts';
import { inet, inet6 } from './address/internet.ts';
import { describe } from './describe.ts';
import { checkTimeout } from './wait.ts';
import type { Seconds } from './wait.ts';

const LARGEST_INT = 0x7fffffff;
const MICROSECONDS = 1e6;
/** `struct group_req`: an index, and a sockaddr_storage on the next boundary of 8 bytes. */
const GROUP = 8;
const SOCKADDR_STORAGE_SIZE = 128;

/** `struct linger`: how long `close` keeps unsent data, in whole seconds; null: the system's way, without waiting. */
export function linger(seconds: Seconds | null): Uint8Array {
  const limit = checkTimeout(seconds);
  if (limit !== null && !Number.isInteger(limit)) throw new ValueError(`linger(): whole seconds only, not ${limit}`);
  if (limit !== null && limit > LARGEST_INT) throw new OverflowError(`linger(): seconds must fit 31 bits: ${limit}`);
  return bytesOf(Int32Array.of(limit === null ? 0 : 1, limit ?? 0));
}

/** `struct timeval`: seconds with their microseconds; null is 0, which the kernel takes for no limit. */
export function timeval(seconds: Seconds | null): Uint8Array {
  const microseconds = Math.round((checkTimeout(seconds) ?? 0) * MICROSECONDS);
  const whole = Math.floor(microseconds / MICROSECONDS);
  return bytesOf(BigInt64Array.of(BigInt(whole), BigInt(microseconds - whole * MICROSECONDS)));
}

/** `struct ip_mreqn`: a group of IPv4, and the device to be a member on; '' lets the routes decide. */
export function ipMreqn(group: string, device = ''): Uint8Array {
  const struct = new Uint8Array(12);
  if (group !== '') struct.set(numeric(group, constants.AF_INET, 'ipMreqn').subarray(4, 8));
  writeIndex(struct, 8, interfaceIndex(device, 'ipMreqn'));
  return struct;
}

/** `struct ipv6_mreq`: the same for IPv6. */
export function ipv6Mreq(group: string, device = ''): Uint8Array {
  const struct = new Uint8Array(20);
  struct.set(numeric(group, constants.AF_INET6, 'ipv6Mreq').subarray(8, 24));
  writeIndex(struct, 16, interfaceIndex(device, 'ipv6Mreq'));
  return struct;
}

/** `struct group_req`: the same for either family. */
export function groupReq(group: string, device = ''): Uint8Array {
  const struct = new Uint8Array(GROUP + SOCKADDR_STORAGE_SIZE);
  writeIndex(struct, 0, interfaceIndex(device, 'groupReq'));
  struct.set(numeric(group, familyOf(group), 'groupReq'), GROUP);
  return struct;
}

/** `struct group_source_req`: what one source sends to a group. */
export function groupSourceReq(group: string, source: string, device = ''): Uint8Array {
  const struct = new Uint8Array(GROUP + 2 * SOCKADDR_STORAGE_SIZE);
  const family = familyOf(group);
  writeIndex(struct, 0, interfaceIndex(device, 'groupSourceReq'));
  struct.set(numeric(group, family, 'groupSourceReq'), GROUP);
  struct.set(numeric(source, family, 'groupSourceReq'), GROUP + SOCKADDR_STORAGE_SIZE);
  return struct;
}

/** The family of a numeric address. */
export function familyOf(address: string): number {
  return typeof address === 'string' && address.includes(':') ? constants.AF_INET6 : constants.AF_INET;
}

/** The `sockaddr` of a numeric address. */
function numeric(address: string, family: number, call: string): Uint8Array {
  const format = family === constants.AF_INET6 ? inet6 : inet;
  const sockaddr = typeof address === 'string' && address !== '' ? format.encode([address, 0], call, 0) : undefined;
  if (sockaddr !== undefined) return sockaddr;
  const name = family === constants.AF_INET6 ? 'IPv6' : 'IPv4';
  throw new ValueError(`${call}(): it takes numeric ${name} addresses, not ${describe(address)}`);
}

function writeIndex(struct: Uint8Array, offset: number, index: number): void {
  new DataView(struct.buffer).setUint32(offset, index, true);
}

function bytesOf(array: Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer);
}
