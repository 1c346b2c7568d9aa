/** `socket()`: Python's way to make a socket, without `new`. */
import { Socket } from './socket.ts';
import type { SocketOptions } from './open-socket.ts';

/** A new socket, or one on the descriptor `fileno`: see {@link Socket}. */
export function socket(family?: number, type?: number, proto?: number, options?: SocketOptions): Socket {
  return new Socket(family, type, proto, options);
}
