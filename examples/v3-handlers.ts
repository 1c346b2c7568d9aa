/** V3: setup, handle, finish; what a handler knows; and the two handlers that read and write files. */
import { ValueError } from '@p8/errors';
import { AF_INET, SOCK_DGRAM, SOCK_STREAM, socket } from '@p8/socket';
import {
  BaseRequestHandler,
  DatagramRequestHandler,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
} from '@p8/socketserver';

class Steps extends BaseRequestHandler {
  override setup(): void {
    console.log('setup');
  }
  override handle(): void {
    console.log(`handle, for ${String(this.clientAddress[0])}, by ${this.server?.constructor.name}`);
    throw new ValueError('handle fails, and finish runs');
  }
  override finish(): void {
    console.log('finish');
  }
}

class BadSetup extends Steps {
  override setup(): void {
    throw new ValueError('setup fails, and finish does not run');
  }
}

class Lines extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(`${String(line).trim()}!\n`);
  }
}

class Packet extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write('a');
    await this.wfile.write(await this.rfile.read());
  }
}

class Reporting extends TCPServer {
  override handleError(_request: unknown, _clientAddress: unknown, error: unknown): void {
    console.log(String(error));
  }
}

for (const Handler of [Steps, BadSetup, Lines]) {
  await using server = new Reporting(['127.0.0.1', 0], Handler);
  const handled = server.handleRequest();
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(server.serverAddress);
  if (Handler === Lines) {
    await client.sendall('one\ntwo\n');
    client.shutdown(1);
    await using answer = client.makefile('r');
    for await (const line of answer) console.log(`stream: ${String(line).trim()}`);
  }
  await handled;
}

await using server = new UDPServer(['127.0.0.1', 0], Packet);
const handled = server.handleRequest();
using client = socket(AF_INET, SOCK_DGRAM);
await client.sendto('xyz', server.serverAddress);
console.log(`one datagram: ${String(await client.recv(100))}`);
await handled;
