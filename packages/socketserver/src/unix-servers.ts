/** The two servers of unix sockets, which differ from their parents in the family only. */
import { AF_UNIX } from '@p8/socket';
import { TCPServer } from './tcp-server.ts';
import { UDPServer } from './udp-server.ts';

/** Serves stream connections on a path or an abstract name: unix(7). */
export class UnixStreamServer extends TCPServer {
  static override addressFamily: number = AF_UNIX;
}

/** Serves datagrams on a path or an abstract name: unix(7). A client must be bound to a path to be answered. */
export class UnixDatagramServer extends UDPServer {
  static override addressFamily: number = AF_UNIX;
}
