/** `ForkingTCPServer`, handlers that await: an echo, in processes. Its argument is the most processes it may have. */
import { IPPROTO_TCP, TCP_NODELAY } from '@p8/socket';
import { ForkingTCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';
import { announce } from './announce.ts';
import { Echo } from './p8-threading.ts';

export class Server extends ForkingTCPServer {
  static override requestQueueSize = 4096;
  static override maxChildren = Number(process.argv[2] ?? 2);
}

if (isMain(import.meta)) {
  const server = new Server(['127.0.0.1', 0], Echo);
  server.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); // accepted sockets inherit it
  announce(Number(server.serverAddress[1]));
  await server.serveForever();
}
