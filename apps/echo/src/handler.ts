/** The tutorial's `MyTCPHandler`, and its twin for datagrams: print who wrote what, answer in upper case. */
import type { Address } from '@p8/socket';
import { BaseRequestHandler } from '@p8/socketserver';
import type { DatagramRequest } from '@p8/socketserver';

/** The most bytes of a message. */
const MOST = 65_536;

/** Each message of a connection, until the client ends it. */
export class EchoHandler extends BaseRequestHandler {
  /** Whether nothing is printed. */
  static quiet = false;

  override async handle(): Promise<void> {
    const { quiet } = this.constructor as typeof EchoHandler;
    for (;;) {
      const message = await this.request.recv(MOST);
      if (message.length === 0) return;
      await this.request.sendall(answer(this.clientAddress, message, quiet));
    }
  }
}

export class QuietEchoHandler extends EchoHandler {
  static override quiet = true;
}

/** One datagram. A client without an address of its own gets no answer. */
export class EchoDatagramHandler extends BaseRequestHandler<DatagramRequest> {
  /** Whether nothing is printed. */
  static quiet = false;

  override async handle(): Promise<void> {
    const [packet, socket] = this.request;
    const data = answer(this.clientAddress, packet, (this.constructor as typeof EchoDatagramHandler).quiet);
    if (this.clientAddress !== '') await socket.sendto(data, this.clientAddress);
  }
}

export class QuietEchoDatagramHandler extends EchoDatagramHandler {
  static override quiet = true;
}

function answer(client: Address, message: Buffer, quiet: boolean): string {
  const data = String(message).trim();
  if (!quiet) print(client, data);
  return data.toUpperCase();
}

function print(client: Address, data: string): void {
  const who = Array.isArray(client) ? String(client[0]) : String(client).replace('\0', '@');
  // a stranger's bytes must not drive the operator's terminal
  console.log(`${who || 'somebody'} wrote:\n${data.replace(/[^\P{C}\t]/gu, '\u{fffd}')}`);
}
