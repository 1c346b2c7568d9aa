/** The four servers with `AsyncMixIn`: what most programs want. */
import { AsyncMixIn } from './async-mixin.ts';
import type { AsyncServerClass } from './async-mixin.ts';
import { TCPServer } from './tcp-server.ts';
import { UDPServer } from './udp-server.ts';
import { UnixDatagramServer, UnixStreamServer } from './unix-servers.ts';

const AsyncTCP: AsyncServerClass<typeof TCPServer> = AsyncMixIn(TCPServer);
const AsyncUDP: AsyncServerClass<typeof UDPServer> = AsyncMixIn(UDPServer);
const AsyncUnixStream: AsyncServerClass<typeof UnixStreamServer> = AsyncMixIn(UnixStreamServer);
const AsyncUnixDatagram: AsyncServerClass<typeof UnixDatagramServer> = AsyncMixIn(UnixDatagramServer);

/** Many clients may come in one moment: five places in the queue are for servers that take one at a time. */
const MANY = 1024;

export class AsyncTCPServer extends AsyncTCP {
  static override requestQueueSize: number = MANY;
}

export class AsyncUDPServer extends AsyncUDP {}

export class AsyncUnixStreamServer extends AsyncUnixStream {
  static override requestQueueSize: number = MANY;
}

export class AsyncUnixDatagramServer extends AsyncUnixDatagram {}
