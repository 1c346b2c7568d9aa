/** `AsyncTCPServer`: the same echo on the event loop that accepts. */
import { IPPROTO_TCP, TCP_NODELAY } from '@p8/socket';
import { AsyncTCPServer } from '@p8/socketserver';
import { announce } from './announce.ts';
import { Echo } from './p8-threading.ts';

class Server extends AsyncTCPServer {
  static override requestQueueSize = 4096;
}

const server = new Server(['127.0.0.1', 0], Echo);
server.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); // accepted sockets inherit it
announce(Number(server.serverAddress[1]));
await server.serveForever();
