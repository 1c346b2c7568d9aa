/**
 * What the data of common control messages says, and how to say it. A `…Of` function finds its message among the items
 * that `recvmsg` returned (undefined or empty without one, or where it was cut: MSG_CTRUNC); a function named after the
 * message makes an item for `sendmsg`.
 */
import { OverflowError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import { decodeSockaddr } from './address.ts';
import type { Address } from './address.ts';
import type { AncillaryItem } from './ancillary.ts';
import { describe } from './describe.ts';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet-text.ts';

const { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, SOL_SOCKET } = constants;
const { SCM_CREDENTIALS, SCM_RIGHTS, IP_PKTINFO, IPV6_PKTINFO, IP_RECVERR, IPV6_RECVERR } = constants;
const { SO_TIMESTAMP, SO_TIMESTAMPNS, SO_TIMESTAMPING } = constants;
const { IP_TTL, IP_TOS, IPV6_HOPLIMIT, IPV6_TCLASS, UDP_GRO, UDP_SEGMENT } = constants;
const INT = Int32Array.BYTES_PER_ELEMENT;
const TIMESPEC = 16;
/** `struct sock_extended_err`, behind which the sockaddr of the offender stands: ip(7). */
const EXTENDED_ERROR = 16;
const SOCKADDR_IN = 16;

/** Who sent a message: unix(7). */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** To which address, and over which interface, a packet came; or from which it shall go: ip(7), ipv6(7). */
export interface PacketInfo {
  readonly address: string;
  /** The index of the interface; 0 lets the kernel choose. */
  readonly interfaceIndex: number;
}

/** A report from the error queue (IP_RECVERR, MSG_ERRQUEUE): ip(7). */
export interface QueuedError {
  readonly errno: number;
  /** Who found the error: SO_EE_ORIGIN_LOCAL, SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6, … */
  readonly origin: number;
  /** The type and the code of the ICMP message. */
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly data: number;
  /** The machine that reported it; undefined where none is known. */
  readonly offender: Address | undefined;
}

/** The descriptors that came along. They belong to the program: give each to `new Socket` or close it. */
export function descriptorsOf(items: readonly AncillaryItem[]): number[] {
  return items.flatMap(([level, type, data]) =>
    level === SOL_SOCKET && type === SCM_RIGHTS
      ? Array.from({ length: Math.floor(data.length / INT) }, (_, i) => data.readInt32LE(i * INT))
      : [],
  );
}

/** An item that passes these descriptors; the receiver gets duplicates. */
export function descriptors(fds: Iterable<number>): AncillaryItem {
  return [SOL_SOCKET, SCM_RIGHTS, Buffer.from(Int32Array.from(fds).buffer)];
}

/** The sender's credentials, which come with each message once SO_PASSCRED is set. */
export function credentialsOf(items: readonly AncillaryItem[]): Credentials | undefined {
  const data = dataOf(items, SOL_SOCKET, SCM_CREDENTIALS, 3 * INT);
  return data && { pid: data.readInt32LE(0), uid: data.readUInt32LE(INT), gid: data.readUInt32LE(2 * INT) };
}

/** An item that shows credentials; the kernel refuses others than one's own without privileges (EPERM). */
export function credentials({ pid, uid, gid }: Credentials): AncillaryItem {
  if (SCM_CREDENTIALS === undefined) throw new ValueError('this system has no SCM_CREDENTIALS');
  return [SOL_SOCKET, SCM_CREDENTIALS, Buffer.from(Int32Array.of(pid, uid, gid).buffer)];
}

/** Where a packet was sent to, which comes with each once IP_PKTINFO or IPV6_RECVPKTINFO is set. */
export function packetInfoOf(items: readonly AncillaryItem[]): PacketInfo | undefined {
  const four = dataOf(items, IPPROTO_IP, IP_PKTINFO, 3 * INT);
  if (four) return { address: formatIPv4(four, 2 * INT), interfaceIndex: four.readInt32LE(0) };
  const six = dataOf(items, IPPROTO_IPV6, IPV6_PKTINFO, 5 * INT);
  return six && { address: formatIPv6(six, 0), interfaceIndex: six.readInt32LE(16) };
}

/** An item that chooses the source address and the interface of a packet. Raises ValueError for no numeric address. */
export function packetInfo({ address, interfaceIndex }: PacketInfo): AncillaryItem {
  const data = Buffer.alloc(20);
  if (parseIPv4(address, data, INT)) {
    if (IP_PKTINFO === undefined) throw new ValueError('this system has no IP_PKTINFO');
    data.writeInt32LE(interfaceIndex, 0);
    return [IPPROTO_IP, IP_PKTINFO, data.subarray(0, 3 * INT)];
  }
  if (!parseIPv6(address, data, 0)) throw new ValueError(`packetInfo(): address must be numeric, not '${address}'`);
  data.writeInt32LE(interfaceIndex, 16);
  return [IPPROTO_IPV6, IPV6_PKTINFO, data];
}

/**
 * When the kernel received a packet, in seconds since 1970, which comes with each once SO_TIMESTAMP or SO_TIMESTAMPNS is
 * set: socket(7).
 */
export function timestampOf(items: readonly AncillaryItem[]): number | undefined {
  const coarse = dataOf(items, SOL_SOCKET, SO_TIMESTAMP, TIMESPEC);
  if (coarse) return timeAt(coarse, 0, 1e6);
  const fine = dataOf(items, SOL_SOCKET, SO_TIMESTAMPNS, TIMESPEC);
  return fine && timeAt(fine, 0, 1e9);
}

/**
 * When a packet came or went by the clocks of the kernel and of the network card, in seconds, 0 where that was not asked for:
 * SO_TIMESTAMPING, https://docs.kernel.org/networking/timestamping.html
 */
export function timestampsOf(items: readonly AncillaryItem[]): { software: number; hardware: number } | undefined {
  const data = dataOf(items, SOL_SOCKET, SO_TIMESTAMPING, 3 * TIMESPEC);
  // the one between is no longer used
  return data && { software: timeAt(data, 0, 1e9), hardware: timeAt(data, 2 * TIMESPEC, 1e9) };
}

/** How many more machines a packet could have passed, which comes with each once IP_RECVTTL or IPV6_RECVHOPLIMIT is set. */
export function timeToLiveOf(items: readonly AncillaryItem[]): number | undefined {
  const data = dataOf(items, IPPROTO_IP, IP_TTL, INT) ?? dataOf(items, IPPROTO_IPV6, IPV6_HOPLIMIT, INT);
  return data?.readInt32LE();
}

/** The type of service of a packet, which comes with each once IP_RECVTOS or IPV6_RECVTCLASS is set. */
export function trafficClassOf(items: readonly AncillaryItem[]): number | undefined {
  return (
    dataOf(items, IPPROTO_IP, IP_TOS, 1)?.readUInt8() ?? dataOf(items, IPPROTO_IPV6, IPV6_TCLASS, INT)?.readInt32LE()
  );
}

/** The size of the datagrams that were put together to one message, once UDP_GRO is set: udp(7). */
export function segmentSizeOf(items: readonly AncillaryItem[]): number | undefined {
  return dataOf(items, IPPROTO_UDP, UDP_GRO, INT)?.readInt32LE();
}

/** An item that has the kernel cut one message into datagrams of `size` bytes: UDP_SEGMENT, udp(7). Raises OverflowError. */
export function segmentSize(size: number): AncillaryItem {
  if (UDP_SEGMENT === undefined) throw new ValueError('this system has no UDP_SEGMENT');
  if (!Number.isInteger(size) || size < 1 || size > 0xffff)
    throw new OverflowError(`segmentSize(): size must be 1 to 65535, not ${describe(size)}`);
  return [IPPROTO_UDP, UDP_SEGMENT, Buffer.from(Uint16Array.of(size).buffer)];
}

/** The report that `recvmsg(…, MSG_ERRQUEUE)` brought. */
export function queuedErrorOf(items: readonly AncillaryItem[]): QueuedError | undefined {
  const data =
    dataOf(items, IPPROTO_IP, IP_RECVERR, EXTENDED_ERROR) ?? dataOf(items, IPPROTO_IPV6, IPV6_RECVERR, EXTENDED_ERROR);
  if (data === undefined) return undefined;
  const offender = data.subarray(EXTENDED_ERROR);
  const isKnown = offender.length >= SOCKADDR_IN && offender.readUInt16LE(0) !== 0;
  return {
    errno: data.readUInt32LE(0),
    origin: data.readUInt8(4),
    type: data.readUInt8(5),
    code: data.readUInt8(6),
    info: data.readUInt32LE(8),
    data: data.readUInt32LE(12),
    offender: isKnown ? decodeSockaddr(offender) : undefined,
  };
}

/** The data of the first item of a kind that is whole. */
function dataOf(
  items: readonly AncillaryItem[],
  level: number,
  type: number | undefined,
  size: number,
): Buffer | undefined {
  return items.find((item) => item[0] === level && item[1] === type && item[2].length >= size)?.[2];
}

/** A `timeval` or a `timespec` in seconds. */
function timeAt(data: Buffer, offset: number, parts: number): number {
  return Number(data.readBigInt64LE(offset)) + Number(data.readBigInt64LE(offset + 8)) / parts;
}
