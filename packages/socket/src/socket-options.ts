/**
 * Options that are more than one integer, by what they mean; each is something to `get`, to `set`, or both:
 *
 *     options.keepalive.set(sock, { idle: 60, interval: 10, count: 5 });
 *     options.tcpInfo.get(sock).rtt
 *
 * All raise the OSError of getsockopt(2) and setsockopt(2); none waits. socket(7), tcp(7), ip(7), ipv6(7), unix(7)
 */
import { OverflowError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import type { Credentials } from './control-messages.ts';
import { describe } from './describe.ts';
import { linger as lingerStruct } from './option-structs.ts';
import type { Socket } from './socket.ts';
import { readTcpInfo, TCP_INFO_SIZE } from './tcp-info.ts';
import type { TcpInfo } from './tcp-info.ts';
import { checkTimeout } from './wait.ts';
import type { Seconds } from './wait.ts';

/** Any socket: what options need of it. */
export type OptionTarget = Pick<Socket, 'family' | 'getsockopt' | 'setsockopt'>;

/** An option that can be read. */
export interface Reading<Value> {
  get(sock: OptionTarget): Value;
}

/** An option that can be read and set. */
export interface Option<Value, Setting = Value> extends Reading<Value> {
  set(sock: OptionTarget, value: Setting): void;
}

/** When a quiet connection is tested: after `idle` seconds, every `interval`, given up after `count` without an answer. */
export interface Keepalive {
  readonly idle: Seconds;
  readonly interval: Seconds;
  readonly count: number;
}

const { AF_INET6, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET } = constants;
const LONGEST_DEVICE = 16;
const CREDENTIALS_SIZE = 12;
const LARGEST_DSCP = 63;
/** The two low bits of the byte are for congestion notification. */
const DSCP_SHIFT = 2;
const LARGEST_MILLISECONDS = 0x7fffffff;

/** SO_LINGER: for how many whole seconds `close` keeps unsent data; 0 resets the connection, null is the system's way. */
export const linger: Option<Seconds | null> = {
  get(sock) {
    const value = sock.getsockopt(SOL_SOCKET, constants.SO_LINGER, 8);
    return value.readInt32LE(0) === 0 ? null : value.readInt32LE(4);
  },
  set: (sock, seconds) => sock.setsockopt(SOL_SOCKET, constants.SO_LINGER, lingerStruct(seconds)),
};

/** SO_KEEPALIVE with TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT, in whole seconds; null: the connection is not tested. */
export const keepalive: Option<Keepalive | null, Partial<Keepalive> | null> = {
  get(sock) {
    if (sock.getsockopt(SOL_SOCKET, constants.SO_KEEPALIVE) === 0) return null;
    return {
      idle: sock.getsockopt(IPPROTO_TCP, constants.TCP_KEEPIDLE),
      interval: sock.getsockopt(IPPROTO_TCP, constants.TCP_KEEPINTVL),
      count: sock.getsockopt(IPPROTO_TCP, constants.TCP_KEEPCNT),
    };
  },
  set(sock, value) {
    if (value !== null && typeof value !== 'object') {
      throw new TypeError(`keepalive must be { idle, interval, count } or null, not ${describe(value)}`);
    }
    const { idle, interval, count } = value ?? {};
    if (idle !== undefined) sock.setsockopt(IPPROTO_TCP, constants.TCP_KEEPIDLE, idle);
    if (interval !== undefined) sock.setsockopt(IPPROTO_TCP, constants.TCP_KEEPINTVL, interval);
    if (count !== undefined) sock.setsockopt(IPPROTO_TCP, constants.TCP_KEEPCNT, count);
    // last: no test begins with the times of before
    sock.setsockopt(SOL_SOCKET, constants.SO_KEEPALIVE, value !== null);
  },
};

/** TCP_USER_TIMEOUT: for how long sent data may stay without an answer; null is as long as the system tries. */
export const userTimeout: Option<Seconds | null> = {
  get: (sock) => sock.getsockopt(IPPROTO_TCP, constants.TCP_USER_TIMEOUT) / 1000 || null,
  set(sock, seconds) {
    const milliseconds = Math.ceil((checkTimeout(seconds) ?? 0) * 1000);
    if (seconds === 0) throw new ValueError('userTimeout must be more than 0; null is as long as the system tries');
    if (milliseconds > LARGEST_MILLISECONDS) throw new OverflowError(`userTimeout is too long: ${seconds} s`);
    sock.setsockopt(IPPROTO_TCP, constants.TCP_USER_TIMEOUT, milliseconds);
  },
};

/** The class of service in IP_TOS or IPV6_TCLASS, 0 to 63; 46 is expedited forwarding (RFC 2474). */
export const dscp: Option<number> = {
  get: (sock) => sock.getsockopt(...serviceOf(sock)) >> DSCP_SHIFT,
  set(sock, value) {
    if (!Number.isInteger(value)) throw new TypeError(`dscp must be an integer, not ${describe(value)}`);
    if (value < 0 || value > LARGEST_DSCP) throw new OverflowError(`dscp must be 0-${LARGEST_DSCP}, not ${value}`);
    const [level, name] = serviceOf(sock);
    sock.setsockopt(level, name, value << DSCP_SHIFT);
  },
};

/** SO_BINDTODEVICE: the one network device to send and receive by; '' is every one. */
export const device: Option<string> = {
  get: (sock) => String(sock.getsockopt(SOL_SOCKET, constants.SO_BINDTODEVICE, LONGEST_DEVICE)).replace(/\0.*$/s, ''),
  set(sock, name) {
    if (typeof name !== 'string') throw new TypeError(`device must be a string, not ${describe(name)}`);
    sock.setsockopt(SOL_SOCKET, constants.SO_BINDTODEVICE, `${name}\0`);
  },
};

/** TCP_INFO: the state of the connection and what the kernel has measured of it. */
export const tcpInfo: Reading<TcpInfo> = {
  get: (sock) => readTcpInfo(sock.getsockopt(IPPROTO_TCP, constants.TCP_INFO, TCP_INFO_SIZE)),
};

/** SO_PEERCRED: the process at the other end of a unix socket, and its user and group, when it connected. */
export const peerCredentials: Reading<Credentials> = {
  get(sock) {
    const value = sock.getsockopt(SOL_SOCKET, constants.SO_PEERCRED, CREDENTIALS_SIZE);
    return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
  },
};

function serviceOf({ family }: OptionTarget): [level: number, name: number] {
  return family === AF_INET6 ? [IPPROTO_IPV6, constants.IPV6_TCLASS] : [IPPROTO_IP, constants.IP_TOS];
}
