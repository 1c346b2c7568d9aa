/**
 * AF_INET and AF_INET6; AF_RDS, whose sockets have IPv4 addresses: ip(7), ipv6(7), rds(7).
 *
 *     [host, port]                          '' is every interface, '<broadcast>' is 255.255.255.255
 *     [host, port, flowinfo?, scopeid?]     AF_INET6; a host may end in its scope: 'fe80::1%eth0', 'fe80::1%2'
 */
import { constants, syscalls } from '@p8/syscall';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../inet-text.ts';
import { parts, sockaddrOf, text, UINT16, UINT32, unsigned, viewOf } from './shape.ts';
import type { AddressFormat } from './shape.ts';

/** An Internet address; the last two are for IPv6 only. */
export type InternetAddress =
  | readonly [host: string, port: number]
  | readonly [host: string, port: number, flowinfo: number, scopeid?: number];

const { AF_INET, AF_INET6 } = constants;
const SOCKADDR_IN_SIZE = 16;
const SOCKADDR_IN6_SIZE = 28;
const LARGEST_FLOW = 0xfffff;

export const inet: AddressFormat<InternetAddress> = {
  encode(address, call) {
    const { 0: host, 1: port } = checked(address, 'AF_INET', 2, call);
    const [sockaddr, view] = sockaddrOf(AF_INET, SOCKADDR_IN_SIZE);
    view.setUint16(2, port);
    if (host === '') return sockaddr;
    if (host === '<broadcast>') return sockaddr.fill(255, 4, 8);
    return parseIPv4(host, sockaddr, 4) ? sockaddr : undefined;
  },
  least: 8,
  decode: (sockaddr) => [formatIPv4(sockaddr, 4), viewOf(sockaddr).getUint16(2)],
};

export const inet6: AddressFormat<InternetAddress> = {
  encode(address, call) {
    const { 0: host, 1: port, 2: flowinfo = 0, 3: scopeid = 0 } = checked(address, 'AF_INET6', 4, call);
    const [sockaddr, view] = sockaddrOf(AF_INET6, SOCKADDR_IN6_SIZE);
    view.setUint16(2, port);
    view.setUint32(4, flowinfo);
    view.setUint32(24, scopeid, true);
    if (host === '') return sockaddr;
    const end = host.indexOf('%');
    if (end < 0) return parseIPv6(host, sockaddr, 8) ? sockaddr : undefined;
    const scope = scopeOf(host.slice(end + 1));
    if (scopeid === 0) view.setUint32(24, scope, true);
    // of a scope that is unknown here the resolver has the last word
    return scope > 0 && parseIPv6(host.slice(0, end), sockaddr, 8) ? sockaddr : undefined;
  },
  least: SOCKADDR_IN6_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    return [formatIPv6(sockaddr, 8), view.getUint16(2), view.getUint32(4), view.getUint32(24, true)];
  },
};

/** Host and port of an Internet address of either family. Raises TypeError and OverflowError. */
export function hostAndPort(address: unknown, call: string): [host: string, port: number] {
  const { 0: host, 1: port } = checked(address, 'Internet', 4, call);
  return [host, port];
}

/** The number of a scope, which is a device's name or the number itself; negative for an unknown one. */
function scopeOf(device: string): number {
  return /^[0-9]{1,9}$/.test(device) ? Number(device) : syscalls.ifNametoindex(device);
}

function checked(address: unknown, family: string, most: 2 | 4, call: string): InternetAddress {
  const shape = most === 2 ? '[host, port]' : '[host, port, flowinfo, scopeid]';
  const fields = parts(address, family, shape, 2, most, call);
  text(fields[0], 'host', call);
  unsigned(fields[1], 'port', UINT16, call);
  if (fields[2] !== undefined) unsigned(fields[2], 'flowinfo', LARGEST_FLOW, call);
  if (fields[3] !== undefined) unsigned(fields[3], 'scopeid', UINT32, call);
  return fields as unknown as InternetAddress;
}
