/** A handler of a datagram that answers with one: Python's `socketserver.DatagramRequestHandler`. */
import type { Socket } from '@p8/socket';
import { PacketReader, PacketWriter } from './packet-file.ts';
import { BaseRequestHandler } from './request-handler.ts';

/** What a datagram server hands to its handlers: the packet, and the socket to answer by. */
export type DatagramRequest = [packet: Buffer, socket: Socket];

/** May be overridden: what a {@link BaseRequestHandler} may override. */
export class DatagramRequestHandler extends BaseRequestHandler<DatagramRequest> {
  /** What was received. */
  packet: Buffer = this.request[0];
  /** The server's socket. */
  socket: Socket = this.request[1];
  /** To read the packet from. */
  rfile: PacketReader = new PacketReader(this.packet);
  /** To write the answer to, which is sent as one datagram in `finish`. */
  wfile: PacketWriter = new PacketWriter();

  override async finish(): Promise<void> {
    await this.socket.sendto(this.wfile.getvalue(), this.clientAddress);
  }
}
