/** The tutorial's `MyTCPHandler`, and its twin for datagrams: print who wrote what, answer in upper case. */
import type { Address } from '@p8/socket';
import { BaseRequestHandler } from '@p8/socketserver';
import type { DatagramRequest } from '@p8/socketserver';

/** The most bytes of a message. */
const MOST = 65_536;

/** One message of a connection: what comes first. */
export class EchoHandler extends BaseRequestHandler {
  override async handle(): Promise<void> {
    await this.request.sendall(answer(this.clientAddress, await this.request.recv(MOST)));
  }
}

/** One datagram. A client without an address of its own gets no answer. */
export class EchoDatagramHandler extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const [packet, socket] = this.request;
    const data = answer(this.clientAddress, packet);
    if (this.clientAddress !== '') await socket.sendto(data, this.clientAddress);
  }
}

function answer(client: Address, message: Buffer): string {
  const data = String(message).trim();
  const who = Array.isArray(client) ? String(client[0]) : String(client).replace('\0', '@');
  // a stranger's bytes must not drive the operator's terminal
  console.log(`${who || 'somebody'} wrote:\n${data.replace(/[^\P{C}\t]/gu, '\u{fffd}')}`);
  return data.toUpperCase();
}
