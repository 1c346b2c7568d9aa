/** The listener of the servers that use `@p8/socket`. */
import { AF_UNIX, IPPROTO_TCP, type InternetAddress, type Socket, TCP_NODELAY, createServer } from '@p8/socket';
import { announce, path } from './announce.ts';

/** Listens where the runner wants it. */
export function listen(): Socket {
  if (path !== undefined) {
    const listener = createServer(path, { family: AF_UNIX, backlog: 4096 });
    announce(path);
    return listener;
  }
  const listener = createServer(['127.0.0.1', 0], { backlog: 4096 });
  listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); // accepted sockets inherit it
  announce((listener.getsockname() as InternetAddress)[1]);
  return listener;
}
