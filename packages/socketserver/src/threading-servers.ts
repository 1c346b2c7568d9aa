/** The four servers with `ThreadingMixIn`. */
import { TCPServer } from './tcp-server.ts';
import { ThreadingMixIn } from './threading-mixin.ts';
import type { ThreadingServerClass } from './threading-mixin.ts';
import { UDPServer } from './udp-server.ts';
import { UnixDatagramServer, UnixStreamServer } from './unix-servers.ts';

const ThreadingTCP: ThreadingServerClass<typeof TCPServer> = ThreadingMixIn(TCPServer);
const ThreadingUDP: ThreadingServerClass<typeof UDPServer> = ThreadingMixIn(UDPServer);
const ThreadingUnixStream: ThreadingServerClass<typeof UnixStreamServer> = ThreadingMixIn(UnixStreamServer);
const ThreadingUnixDatagram: ThreadingServerClass<typeof UnixDatagramServer> = ThreadingMixIn(UnixDatagramServer);

/** As of the servers with `AsyncMixIn`. */
const MANY = 1024;

export class ThreadingTCPServer extends ThreadingTCP {
  static override requestQueueSize: number = MANY;
}

export class ThreadingUDPServer extends ThreadingUDP {}

export class ThreadingUnixStreamServer extends ThreadingUnixStream {
  static override requestQueueSize: number = MANY;
}

export class ThreadingUnixDatagramServer extends ThreadingUnixDatagram {}
