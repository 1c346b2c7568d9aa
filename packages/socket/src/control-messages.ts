/**
 * What the data of common control messages says, and how to say it. A `…Of` function finds its message among the items
 * that `recvmsg` returned (undefined or empty without one); a function named after the message makes an item for `sendmsg`.
 */
import { constants } from '@p8/syscall';
import { decodeSockaddr } from './address.ts';
import type { Address } from './address.ts';
import type { AncillaryItem } from './ancillary.ts';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet-text.ts';
import { ValueError } from '@p8/errors';

const { IPPROTO_IP, IPPROTO_IPV6, SOL_SOCKET } = constants;
const { SCM_CREDENTIALS, SCM_RIGHTS, IP_PKTINFO, IPV6_PKTINFO, IP_RECVERR, IPV6_RECVERR } = constants;
const { SO_TIMESTAMP, SO_TIMESTAMPNS } = constants;
const INT = Int32Array.BYTES_PER_ELEMENT;
/** `struct sock_extended_err`, behind which the sockaddr of the offender stands: ip(7). */
const EXTENDED_ERROR = 16;

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
  /** Who found the error: SO_EE_ORIGIN_LOCAL is 1, SO_EE_ORIGIN_ICMP 2, SO_EE_ORIGIN_ICMP6 3. */
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
  const data = dataOf(items, SOL_SOCKET, SCM_CREDENTIALS);
  return data && { pid: data.readInt32LE(0), uid: data.readUInt32LE(INT), gid: data.readUInt32LE(2 * INT) };
}

/** An item that shows credentials; the kernel refuses others than one's own without privileges (EPERM). */
export function credentials({ pid, uid, gid }: Credentials): AncillaryItem {
  if (SCM_CREDENTIALS === undefined) throw new ValueError('this system has no SCM_CREDENTIALS');
  return [SOL_SOCKET, SCM_CREDENTIALS, Buffer.from(Int32Array.of(pid, uid, gid).buffer)];
}

/** Where a packet was sent to, which comes with each once IP_PKTINFO or IPV6_RECVPKTINFO is set. */
export function packetInfoOf(items: readonly AncillaryItem[]): PacketInfo | undefined {
  const four = dataOf(items, IPPROTO_IP, IP_PKTINFO);
  if (four) return { address: formatIPv4(four, 2 * INT), interfaceIndex: four.readInt32LE(0) };
  const six = dataOf(items, IPPROTO_IPV6, IPV6_PKTINFO);
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
  const coarse = dataOf(items, SOL_SOCKET, SO_TIMESTAMP);
  if (coarse) return Number(coarse.readBigInt64LE(0)) + Number(coarse.readBigInt64LE(8)) / 1e6;
  const fine = dataOf(items, SOL_SOCKET, SO_TIMESTAMPNS);
  return fine && Number(fine.readBigInt64LE(0)) + Number(fine.readBigInt64LE(8)) / 1e9;
}

/** The report that `recvmsg(…, MSG_ERRQUEUE)` brought. */
export function queuedErrorOf(items: readonly AncillaryItem[]): QueuedError | undefined {
  const data = dataOf(items, IPPROTO_IP, IP_RECVERR) ?? dataOf(items, IPPROTO_IPV6, IPV6_RECVERR);
  if (data === undefined || data.length < EXTENDED_ERROR) return undefined;
  const offender = data.subarray(EXTENDED_ERROR);
  const isKnown = offender.length >= 2 && offender.readUInt16LE(0) !== 0;
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

function dataOf(items: readonly AncillaryItem[], level: number, type: number | undefined): Buffer | undefined {
  return items.find((item) => item[0] === level && item[1] === type)?.[2];
}
