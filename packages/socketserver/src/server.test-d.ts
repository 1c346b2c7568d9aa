import type { Socket } from '@p8/socket';
import {
  AsyncTCPServer,
  BaseRequestHandler,
  DatagramRequestHandler,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
} from './index.ts';

const address = ['127.0.0.1', 0] as const;

class Counting extends TCPServer {
  count = 0;
}
class NeedsCount extends StreamRequestHandler<Counting> {
  override handle(): void {
    this.server.count++;
  }
}

new TCPServer(address, StreamRequestHandler);
new AsyncTCPServer(address, StreamRequestHandler);
new UDPServer(address, DatagramRequestHandler);
new Counting(address, NeedsCount);
new BaseRequestHandler({} as Socket, '', {} as TCPServer).request satisfies Socket;

// @ts-expect-error -- a datagram server has no connections
new UDPServer(address, StreamRequestHandler);
// @ts-expect-error -- nor a stream server packets
new TCPServer(address, DatagramRequestHandler);
// @ts-expect-error -- not a class of handlers
new TCPServer(address, Date);
