/** `ThreadingTCPServer`, handlers that await: an echo. Its argument is the most threads it may have. */
import { IPPROTO_TCP, TCP_NODELAY } from '@p8/socket';
import { BaseRequestHandler, ThreadingTCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';
import { announce } from './announce.ts';

export class Echo extends BaseRequestHandler {
  override async handle(): Promise<void> {
    for (;;) {
      const data = await this.request.recv(65536);
      if (data.length === 0) return;
      await this.request.sendall(data);
    }
  }
}

export class Server extends ThreadingTCPServer {
  static override requestQueueSize = 4096;
  static override maxThreads = Number(process.argv[2] ?? 2);
}

if (isMain(import.meta)) {
  const server = new Server(['127.0.0.1', 0], Echo);
  server.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); // accepted sockets inherit it
  announce(Number(server.serverAddress[1]));
  await server.serveForever();
}
