/** A server of datagrams: Python's `socketserver.UDPServer`. */
import type { Address, WaitOptions } from '@p8/socket';
import { SOCK_DGRAM } from '@p8/socket';
import type { DatagramRequest } from './datagram-request-handler.ts';
import { TCPServer } from './tcp-server.ts';

/** A request is `[packet, socket]`; there is nothing to close when it is served. */
export class UDPServer extends TCPServer<DatagramRequest> {
  static override socketType: number = SOCK_DGRAM;
  /** A longer datagram is cut. */
  static maxPacketSize = 8192;

  /** Nothing: datagrams need no listen(2). */
  override serverActivate(): void {}

  override async getRequest(options?: WaitOptions): Promise<[DatagramRequest, Address]> {
    const { maxPacketSize } = this.constructor as typeof UDPServer;
    const [packet, clientAddress] = await this.socket.recvfrom(maxPacketSize, 0, options);
    return [[packet, this.socket], clientAddress];
  }

  override shutdownRequest(request: DatagramRequest): void {
    this.closeRequest(request);
  }

  override closeRequest(_request: DatagramRequest): void {}
}
