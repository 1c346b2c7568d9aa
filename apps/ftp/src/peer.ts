/** Addresses of the two ends of a connection, in a form that can be compared. */
import { ValueError } from '@p8/errors';
import type { Address } from '@p8/socket';

/** One end of an internet connection. */
export interface Endpoint {
  /** Numeric; an IPv4 address as such, also where a dual-stack socket shows it as `::ffff:192.0.2.1`. */
  readonly host: string;
  readonly port: number;
  /** The interface of a link-local IPv6 address, else 0. */
  readonly scope: number;
}

/** Reads what `getsockname` and `getpeername` give. Raises ValueError for a socket that is not of the internet. */
export function endpoint(address: Address): Endpoint {
  if (typeof address === 'string' || address instanceof Uint8Array)
    throw new ValueError('FTP needs an internet socket; this one is of another family');
  const [host, port, , scope] = address as readonly [string, number, number?, number?];
  return { host: host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ''), port, scope: scope ?? 0 };
}

/** What `bind` and `connect` take. */
export function socketAddress({ host, scope }: Endpoint, port: number): Address {
  return isIPv6Host(host) ? [host, port, 0, scope] : [host, port];
}

export function isIPv6Host(host: string): boolean {
  return host.includes(':');
}

/** `127.0.0.1:2121`, `[::1]:2121`. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIPv6Host(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
