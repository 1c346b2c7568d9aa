/**
 * The IPv4 addresses that were met last, both ways: a server of datagrams reads the same few addresses and writes them
 * again, a million times a second. Looking one up takes 20 ns, where converting it takes 360.
 */
import type { InternetAddress } from './internet.ts';

interface Known {
  readonly host: string;
  /** Never written to: every call that meant this address has the same. */
  readonly sockaddr: Uint8Array;
}

const MOST = 1024;
/** One address for each port; a newer one takes its place. */
const known = new Map<number, Known>();

/** The `sockaddr` of an address that is known. */
export function recentSockaddr(address: unknown): Uint8Array | undefined {
  if (!Array.isArray(address) || address.length !== 2) return undefined;
  const port: unknown = address[1];
  if (typeof port !== 'number') return undefined;
  const found = known.get(port);
  return found !== undefined && found.host === address[0] ? found.sockaddr : undefined;
}

/** The address of a `sockaddr_in` that is known. */
export function recentAddress(sockaddr: Uint8Array): InternetAddress | undefined {
  const port = ((sockaddr[2] as number) << 8) | (sockaddr[3] as number);
  const found = known.get(port);
  if (found === undefined) return undefined;
  const bytes = found.sockaddr;
  const isSame =
    bytes[4] === sockaddr[4] && bytes[5] === sockaddr[5] && bytes[6] === sockaddr[6] && bytes[7] === sockaddr[7];
  return isSame ? [found.host, port] : undefined;
}

/** Remembers a pair; the host is written as {@link recentAddress} shall give it. */
export function remember([host, port]: InternetAddress, sockaddr: Uint8Array): void {
  // begun anew rather than kept in order of use: what is met often is back at once
  if (known.size >= MOST) known.clear();
  known.set(port, { host, sockaddr });
}
