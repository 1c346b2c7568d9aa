/**
 * Addresses: what a user writes, and the `sockaddr` of the kernel. Numeric addresses and paths are converted here; a host
 * name needs the resolver (`resolve.ts`).
 *
 *     AF_INET   [host, port]                       '' is every interface, '<broadcast>' is 255.255.255.255
 *     AF_INET6  [host, port, flowinfo?, scopeid?]
 *     AF_UNIX   a path, or bytes; a first byte of 0 is a name in the abstract namespace (unix(7))
 */
import { OSError, OverflowError, ValueError } from '@p8/errors';
import { constants, SOCKADDR_SIZE } from '@p8/syscall';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from './inet-text.ts';

/** An Internet address; the last two are for IPv6 only. */
export type InternetAddress =
  | readonly [host: string, port: number]
  | readonly [host: string, port: number, flowinfo: number, scopeid?: number];

/** What the calls of a socket take and return: `[host, port]`, or a path or abstract name of a unix socket. */
export type Address = string | Uint8Array | InternetAddress;

const { AF_INET, AF_INET6, AF_UNIX } = constants;
const FAMILY_SIZE = 2;
const SOCKADDR_IN_SIZE = 16;
const SOCKADDR_IN6_SIZE = 28;
/** `sun_path` is 108 bytes; a path keeps one for its final zero. */
const LONGEST_PATH = 107;
const LONGEST_ABSTRACT = 108;

/** A view that the kernel writes an address into. */
export function sockaddrBuffer(): Uint8Array {
  return new Uint8Array(SOCKADDR_SIZE);
}

/**
 * The `sockaddr` of an address, or undefined when its host is a name to look up. `call` is the caller's name, for errors.
 *
 * Raises TypeError for another shape than the family's, OverflowError for a port outside 0 to 65535, and an OSError
 * (ENAMETOOLONG) or ValueError for a path that does not fit or holds a zero byte.
 */
export function encodeAddress(family: number, address: Address, call: string): Uint8Array | undefined {
  if (family === AF_UNIX) return encodePath(address, call);
  if (family === AF_INET) return encodeInet(internetAddress(address, 'AF_INET', 2, call));
  if (family === AF_INET6) return encodeInet6(internetAddress(address, 'AF_INET6', 4, call));
  throw new OSError(`${call}(): addresses of family ${family} are not supported`, { code: 'EAFNOSUPPORT' });
}

/** The address in a buffer that the kernel has written. */
export function decodeAddress(buffer: Uint8Array): Address {
  const view = new DataView(buffer.buffer, buffer.byteOffset);
  const length = view.getUint32(SOCKADDR_SIZE - 4, true);
  return decodeSockaddr(buffer.subarray(0, Math.min(length, SOCKADDR_SIZE - 4)));
}

/** The address of a `sockaddr` of exactly this length. */
export function decodeSockaddr(sockaddr: Uint8Array): Address {
  if (sockaddr.length < FAMILY_SIZE) return '';
  const view = new DataView(sockaddr.buffer, sockaddr.byteOffset, sockaddr.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF_INET) return [formatIPv4(sockaddr, 4), view.getUint16(2)];
  if (family === AF_INET6) {
    return [formatIPv6(sockaddr, 8), view.getUint16(2), view.getUint32(4), view.getUint32(24, true)];
  }
  if (family === AF_UNIX) return decodePath(sockaddr.subarray(FAMILY_SIZE));
  return Buffer.from(sockaddr);
}

/** Host and port of an Internet address of either family. Raises TypeError and OverflowError as {@link encodeAddress}. */
export function hostAndPort(address: Address, call: string): [host: string, port: number] {
  const [host, port] = internetAddress(address, 'Internet', 4, call);
  return [host, port];
}

function internetAddress(address: Address, family: string, most: number, call: string): InternetAddress {
  const shape = most === 2 ? '[host, port]' : '[host, port, flowinfo, scopeid]';
  if (!Array.isArray(address)) {
    throw new TypeError(`${call}(): ${family} address must be ${shape}, not ${describe(address)}`);
  }
  const [host, port, flowinfo = 0, scopeid = 0] = address as unknown[];
  if (address.length < 2 || address.length > most) {
    throw new TypeError(`${call}(): ${family} address must be ${shape}, not an array of ${address.length}`);
  }
  if (typeof host !== 'string') throw new TypeError(`${call}(): host must be a string, not ${describe(host)}`);
  if (!Number.isInteger(port)) throw new TypeError(`${call}(): port must be an integer, not ${describe(port)}`);
  if ((port as number) < 0 || (port as number) > 65535) {
    throw new OverflowError(`${call}(): port must be 0-65535, not ${String(port)}`);
  }
  if (!isInRange(flowinfo, 0xfffff))
    throw new OverflowError(`${call}(): flowinfo must be 0-1048575, not ${String(flowinfo)}`);
  if (!isInRange(scopeid, 0xffffffff))
    throw new OverflowError(`${call}(): scopeid must be 0-4294967295, not ${String(scopeid)}`);
  return [host, port as number, flowinfo, scopeid];
}

function isInRange(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function encodeInet([host, port]: InternetAddress): Uint8Array | undefined {
  const sockaddr = new Uint8Array(SOCKADDR_IN_SIZE);
  const view = new DataView(sockaddr.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  if (host === '') return sockaddr;
  if (host === '<broadcast>') return sockaddr.fill(255, 4, 8);
  return parseIPv4(host, sockaddr, 4) ? sockaddr : undefined;
}

function encodeInet6([host, port, flowinfo = 0, scopeid = 0]: InternetAddress): Uint8Array | undefined {
  const sockaddr = new Uint8Array(SOCKADDR_IN6_SIZE);
  const view = new DataView(sockaddr.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  view.setUint32(4, flowinfo);
  view.setUint32(24, scopeid, true);
  return host === '' || parseIPv6(host, sockaddr, 8) ? sockaddr : undefined;
}

function encodePath(address: Address, call: string): Uint8Array {
  if (typeof address !== 'string' && !(address instanceof Uint8Array)) {
    throw new TypeError(`${call}(): AF_UNIX address must be a path or bytes, not ${describe(address)}`);
  }
  const path = typeof address === 'string' ? Buffer.from(address) : address;
  const isAbstract = path[0] === 0;
  const longest = isAbstract ? LONGEST_ABSTRACT : LONGEST_PATH;
  if (path.length > longest) {
    const fix = isAbstract ? '' : '; use a shorter path, or one relative to the current folder';
    throw new OSError(`AF_UNIX path too long: ${path.length} bytes, at most ${longest}${fix}`, {
      code: 'ENAMETOOLONG',
      syscall: call,
      address,
    });
  }
  if (!isAbstract && path.includes(0)) {
    throw new ValueError(`${call}(): a path must not hold a zero byte; begin with one for an abstract name`);
  }
  // the final zero belongs to a path, and would be part of an abstract name; no name at all asks for autobind
  const sockaddr = new Uint8Array(FAMILY_SIZE + path.length + (isAbstract || path.length === 0 ? 0 : 1));
  new DataView(sockaddr.buffer).setUint16(0, AF_UNIX, true);
  sockaddr.set(path, FAMILY_SIZE);
  return sockaddr;
}

function decodePath(path: Uint8Array): string | Buffer {
  if (path.length === 0) return '';
  if (path[0] === 0) return Buffer.from(path);
  const end = path.indexOf(0);
  const bytes = Buffer.from(path.subarray(0, end < 0 ? path.length : end));
  const text = bytes.toString();
  // a path that is not UTF-8 stays bytes, so that it can be used again
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

/** A word for a value of the wrong type in an error. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    const name = value.constructor?.name ?? 'Object';
    return name === 'Object' ? 'an object' : `a ${name}`;
  }
  return `${value as number | boolean | null | undefined}`;
}
