/** `ThreadingTCPServer`, handlers that compute before they answer. Its argument is the most threads it may have. */
import { BaseRequestHandler, ThreadingTCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';
import { announce } from './announce.ts';
import { work } from './hash.ts';

export class Hash extends BaseRequestHandler {
  override async handle(): Promise<void> {
    for (;;) {
      const data = await this.request.recv(65536);
      if (data.length === 0) return;
      work();
      await this.request.sendall(data);
    }
  }
}

export class Server extends ThreadingTCPServer {
  static override maxThreads = Number(process.argv[2] ?? 2);
}

if (isMain(import.meta)) {
  const server = new Server(['127.0.0.1', 0], Hash);
  announce(Number(server.serverAddress[1]));
  await server.serveForever();
}
