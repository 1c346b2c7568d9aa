/** The servers on unix sockets: unix(7). A path's file is made by the server and stays when it is closed, as in Python. */
import { AF_UNIX } from '@p8/socket';
import { TCPServer } from './tcp-server.ts';
import { UDPServer } from './udp-server.ts';

/** Handles connections to a unix socket, one after another. */
export class UnixStreamServer extends TCPServer {
  static override addressFamily: number = AF_UNIX;
}

/**
 * Handles datagrams to a unix socket, one after another. A client without an address of its own (`clientAddress` is '')
 * cannot be answered.
 */
export class UnixDatagramServer extends UDPServer {
  static override addressFamily: number = AF_UNIX;
}
