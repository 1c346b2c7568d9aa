/** The socket of the servers that echo datagrams with `@p8/socket`. */
import { AF_INET, type InternetAddress, SOCK_DGRAM, Socket } from '@p8/socket';
import { announce } from './announce.ts';

/** A UDP socket on any port. */
export function bound(): Socket {
  const sock = new Socket(AF_INET, SOCK_DGRAM);
  sock.bind(['127.0.0.1', 0]);
  announce((sock.getsockname() as InternetAddress)[1]);
  return sock;
}
