/** Giving a connection to node:net. */
import { Socket as NetSocket } from 'node:net';
import { OSError, ValueError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { release } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';

const { AF_INET, AF_INET6, AF_UNIX, SO_ACCEPTCONN, SOCK_STREAM, SOL_SOCKET } = constants;

export interface ToNetOptions {
  /** Keep the sending half open when the peer has ended its own; false unless given, as in node:net. */
  readonly allowHalfOpen?: boolean;
}

export function toNet(socket: Descriptor, { allowHalfOpen = false }: ToNetOptions = {}): NetSocket {
  if (socket.type !== SOCK_STREAM || ![AF_INET, AF_INET6, AF_UNIX].includes(socket.family)) {
    throw new ValueError('toNet(): node:net knows streams over TCP and unix paths only');
  }
  // node:net takes a listener for a connection, without a word
  if (socket.getsockopt(SOL_SOCKET, SO_ACCEPTCONN) !== 0) {
    throw new ValueError(
      'toNet() needs a connection; for a listener take net.createServer().listen({ fd: sock.detach() })',
    );
  }
  socket.getpeername();
  const { fileno, unread } = release(socket, 'toNet');
  let result: NetSocket;
  try {
    result = new NetSocket({ fd: fileno, readable: true, writable: true, allowHalfOpen });
  } catch (error) {
    syscalls.close(fileno);
    throw new OSError('toNet(): node:net does not take this descriptor', { code: 'EINVAL', cause: error });
  }
  if (unread.length > 0) result.unshift(unread);
  return result;
}
