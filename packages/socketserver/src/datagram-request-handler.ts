/** The handler of a datagram: a file to read from, a file whose content is the answer. */
import type { Socket } from '@p8/socket';
import type { BaseServer } from './base-server.ts';
import { PacketReader, PacketWriter } from './packet-file.ts';
import { BaseRequestHandler } from './request-handler.ts';
import type { DatagramRequest } from './udp-server.ts';

/**
 * Handles a packet as two files. What was written to `wfile` is sent to the client as one datagram at the end, an empty
 * one if nothing was.
 *
 * To be overridden: `handle`; `setup` and `finish`, which must call those of this class.
 */
export class DatagramRequestHandler<Server = BaseServer<DatagramRequest>> extends BaseRequestHandler<
  DatagramRequest,
  Server
> {
  declare packet: Buffer;
  /** The server's socket. */
  declare socket: Socket;
  declare rfile: PacketReader;
  declare wfile: PacketWriter;

  override setup(): void | Promise<void> {
    [this.packet, this.socket] = this.request;
    this.rfile = new PacketReader(this.packet);
    this.wfile = new PacketWriter();
  }

  /** Sends the answer. A unix client without a name gets none; raises the OSError of sendto(2) if there is one to send. */
  override async finish(): Promise<void> {
    const answer = this.wfile.getvalue();
    if (answer.length === 0 && this.clientAddress === '') return;
    await this.socket.sendto(answer, this.clientAddress);
  }
}
