/** A listening socket in one call. https://docs.python.org/3/library/socket.html#socket.create_server */
import { OSError, ValueError } from '@p8/errors';
import { constants } from '@p8/syscall';
import type { Address } from './address.ts';
import { Socket } from './socket.ts';

export interface CreateServerOptions {
  /** AF_INET unless given. */
  readonly family?: number;
  /** The length of the queue of connections that nobody has accepted yet. */
  readonly backlog?: number;
  /** Let several sockets listen on the same port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Serve IPv4 peers too; needs `family: AF_INET6`. */
  readonly dualstackIpv6?: boolean;
}

/**
 * A stream socket bound to `[host, port]` and listening; SO_REUSEADDR is set. Never waits but for a host name. Raises
 * OSError (EADDRINUSE, …) with the address in its message, and ValueError for options that do not go together.
 */
export function createServer(address: Address, options: CreateServerOptions = {}): Socket {
  const { family = constants.AF_INET, backlog, reusePort = false, dualstackIpv6 = false } = options;
  if (dualstackIpv6 && family !== constants.AF_INET6) throw new ValueError('dualstackIpv6 needs family: AF_INET6');
  if (dualstackIpv6 && !hasDualstackIpv6()) throw new ValueError('dualstackIpv6 is not supported on this machine');
  const sock = new Socket(family, constants.SOCK_STREAM);
  try {
    sock.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, true);
    if (reusePort) sock.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEPORT, true);
    if (family === constants.AF_INET6) sock.setsockopt(constants.IPPROTO_IPV6, constants.IPV6_V6ONLY, !dualstackIpv6);
    sock.bind(address);
    if (backlog === undefined) sock.listen();
    else sock.listen(backlog);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

/** The platform knows IPv6; whether this machine has an address of it is another matter. */
export const hasIpv6: boolean = true;

/** Whether one IPv6 socket can serve IPv4 peers as well on this machine. */
export function hasDualstackIpv6(): boolean {
  try {
    using sock = new Socket(constants.AF_INET6);
    sock.setsockopt(constants.IPPROTO_IPV6, constants.IPV6_V6ONLY, false);
    return true;
  } catch (error) {
    if (error instanceof OSError) return false;
    throw error;
  }
}
