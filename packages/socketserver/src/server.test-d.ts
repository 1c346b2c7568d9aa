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

void new TCPServer(address, StreamRequestHandler);
void new AsyncTCPServer(address, StreamRequestHandler);
void new UDPServer(address, DatagramRequestHandler);
void new Counting(address, NeedsCount);
new BaseRequestHandler({} as Socket, '', {} as TCPServer).request satisfies Socket;

// @ts-expect-error -- a datagram server has no connections
void new UDPServer(address, StreamRequestHandler);
// @ts-expect-error -- nor a stream server packets
void new TCPServer(address, DatagramRequestHandler);
// @ts-expect-error -- not a class of handlers
void new TCPServer(address, Date);
