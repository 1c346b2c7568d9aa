/**
 * AF_INET and AF_INET6; AF_RDS, whose sockets have IPv4 addresses: ip(7), ipv6(7), rds(7).
 *
 *     [host, port]                          '' is every interface, '<broadcast>' is 255.255.255.255
 *     [host, port, flowinfo?, scopeid?]     AF_INET6
 */
import { constants } from '@p8/syscall';
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
    const [host, port] = internetParts(address, 'AF_INET', 2, call);
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
    const [host, port, flowinfo = 0, scopeid = 0] = internetParts(address, 'AF_INET6', 4, call);
    const [sockaddr, view] = sockaddrOf(AF_INET6, SOCKADDR_IN6_SIZE);
    view.setUint16(2, port);
    view.setUint32(4, flowinfo);
    view.setUint32(24, scopeid, true);
    return host === '' || parseIPv6(host, sockaddr, 8) ? sockaddr : undefined;
  },
  least: SOCKADDR_IN6_SIZE,
  decode(sockaddr) {
    const view = viewOf(sockaddr);
    return [formatIPv6(sockaddr, 8), view.getUint16(2), view.getUint32(4), view.getUint32(24, true)];
  },
};

/** Host and port of an Internet address of either family. Raises TypeError and OverflowError. */
export function hostAndPort(address: unknown, call: string): [host: string, port: number] {
  const [host, port] = internetParts(address, 'Internet', 4, call);
  return [host, port];
}

function internetParts(address: unknown, family: string, most: number, call: string): InternetAddress {
  const shape = most === 2 ? '[host, port]' : '[host, port, flowinfo, scopeid]';
  const [host, port, flowinfo = 0, scopeid = 0] = parts(address, family, shape, 2, most, call);
  return [
    text(host, 'host', call),
    unsigned(port, 'port', UINT16, call),
    unsigned(flowinfo, 'flowinfo', LARGEST_FLOW, call),
    unsigned(scopeid, 'scopeid', UINT32, call),
  ];
}
