/** Sockets that a service manager has opened: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html */
import { Socket } from '@p8/socket';

/** The first descriptor that is handed over. */
const FIRST = 3;

/** A socket that was handed over, by its name in the unit (`FileDescriptorName=`). */
export interface NamedSocket {
  readonly name: string;
  readonly socket: Socket;
}

/**
 * The sockets that systemd, or a predecessor of this program, hands to it (LISTEN_FDS), with their names (LISTEN_FDNAMES); none if
 * they are for another process (LISTEN_PID). A server takes one instead of an address: `new TCPServer(listenFds()[0].socket, …)`.
 *
 * They can be taken once: the variables are removed, so that no child process takes them for its own. Raises the OSError of
 * a descriptor that is no socket.
 */
export function listenFds(): NamedSocket[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names } = process.env;
  if (count === undefined || Number(pid) !== process.pid) return [];
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) Reflect.deleteProperty(process.env, name);
  const words = names === undefined ? [] : names.split(':');
  return Array.from({ length: Number(count) || 0 }, (_, i) => ({
    name: words[i] || 'unknown',
    socket: new Socket(undefined, undefined, undefined, { fileno: FIRST + i }),
  }));
}
