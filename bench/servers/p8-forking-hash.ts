/** `ForkingTCPServer`, handlers that compute before they answer. Its argument is the most processes it may have. */
import { ForkingTCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';
import { announce } from './announce.ts';
import { Hash } from './p8-threading-hash.ts';

export class Server extends ForkingTCPServer {
  static override maxChildren = Number(process.argv[2] ?? 2);
}

if (isMain(import.meta)) {
  const server = new Server(['127.0.0.1', 0], Hash);
  announce(Number(server.serverAddress[1]));
  await server.serveForever();
}
