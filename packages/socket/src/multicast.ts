/** Membership of multicast groups, of either family: RFC 3678, ip(7), ipv6(7). Nothing here waits. */
import { constants } from '@p8/syscall';
import { interfaceIndex } from './address/interface.ts';
import { familyOf, groupReq, groupSourceReq, ipMreqn } from './option-structs.ts';
import type { OptionTarget } from './socket-options.ts';

/** How to be a member of a multicast group. */
export interface GroupOptions {
  /** The network device; '' (the default) lets the routes decide. */
  readonly device?: string;
  /** Only what this host sends. */
  readonly source?: string;
}

/** Receives what is sent to a group of either family, until {@link leaveGroup} or `close`: MCAST_JOIN_GROUP of RFC 3678. */
export function joinGroup(sock: OptionTarget, group: string, options: GroupOptions = {}): void {
  member(sock, group, options, constants.MCAST_JOIN_GROUP, constants.MCAST_JOIN_SOURCE_GROUP);
}

/** Ends a membership, which is told by the same arguments. */
export function leaveGroup(sock: OptionTarget, group: string, options: GroupOptions = {}): void {
  member(sock, group, options, constants.MCAST_LEAVE_GROUP, constants.MCAST_LEAVE_SOURCE_GROUP);
}

/** The device by which what is sent to groups goes out; '' lets the routes decide: IP_MULTICAST_IF, IPV6_MULTICAST_IF. */
export function setMulticastDevice(sock: OptionTarget, device: string): void {
  if (sock.family === constants.AF_INET6) {
    const index = interfaceIndex(device, 'setMulticastDevice');
    sock.setsockopt(constants.IPPROTO_IPV6, constants.IPV6_MULTICAST_IF, index);
  } else sock.setsockopt(constants.IPPROTO_IP, constants.IP_MULTICAST_IF, ipMreqn('', device));
}

function member(sock: OptionTarget, group: string, options: GroupOptions, any: number, one: number): void {
  const level = familyOf(group) === constants.AF_INET6 ? constants.IPPROTO_IPV6 : constants.IPPROTO_IP;
  const { device: name = '', source } = options;
  if (source === undefined) sock.setsockopt(level, any, groupReq(group, name));
  else sock.setsockopt(level, one, groupSourceReq(group, source, name));
}
