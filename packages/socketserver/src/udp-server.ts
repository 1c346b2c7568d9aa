/** A server of datagrams. */
import { SOCK_DGRAM } from '@p8/socket';
import type { Address, Socket, WaitOptions } from '@p8/socket';
import { TCPServer } from './tcp-server.ts';

/** What a datagram server hands to its handlers: the packet, and the socket to answer on. */
export type DatagramRequest = readonly [packet: Buffer, socket: Socket];

/**
 * Handles datagrams, one after another; `AsyncUDPServer` handles them together. An empty datagram is a request too. A
 * datagram longer than `maxPacketSize` is cut.
 */
export class UDPServer extends TCPServer<DatagramRequest> {
  static override socketType: number = SOCK_DGRAM;
  /** The most bytes of a datagram that are received. */
  static maxPacketSize = 8192;

  /** Nothing: datagrams need no listen(2). */
  override serverActivate(): void {}

  override async getRequest(options: WaitOptions = this.waiting): Promise<[DatagramRequest, Address]> {
    const { maxPacketSize } = this.constructor as typeof UDPServer;
    const [packet, clientAddress] = await this.socket.recvfrom(maxPacketSize, 0, options);
    return [[packet, this.socket], clientAddress];
  }

  /** Nothing to shut down: the socket is the server's. */
  override shutdownRequest(request: DatagramRequest): void | Promise<void> {
    return this.closeRequest(request);
  }

  override closeRequest(_request: DatagramRequest): void | Promise<void> {}

  override dropRequest(request: DatagramRequest): void | Promise<void> {
    return this.closeRequest(request);
  }
}
