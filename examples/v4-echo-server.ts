/** V4: the tutorial's MyTCPHandler. With `ThreadingTCPServer` instead of `TCPServer`, one word, clients are served together. */
import { BaseRequestHandler, TCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';

export class MyTCPHandler extends BaseRequestHandler {
  override async handle(): Promise<void> {
    // this.request is the TCP socket connected to the client
    const data = String(await this.request.recv(1024)).trim();
    console.log(`${String(this.clientAddress[0])} wrote:`);
    console.log(data);
    // just send back the same data, but upper-cased
    await this.request.sendall(data.toUpperCase());
  }
}

if (isMain(import.meta)) {
  const [host = 'localhost', port = '9999'] = process.argv.slice(2);
  await using server = new TCPServer([host, Number(port)], MyTCPHandler);
  console.error(`listening on ${String(server.serverAddress[0])}:${String(server.serverAddress[1])}`);

  // keeps running until Ctrl-C
  process.once('SIGINT', () => server.shutdown());
  await server.serveForever();
}
