/** The four servers with `ForkingMixIn`. */
import { TCPServer } from './tcp-server.ts';
import { ForkingMixIn } from './forking-mixin.ts';
import type { ForkingServerClass } from './forking-mixin.ts';
import { UDPServer } from './udp-server.ts';
import { UnixDatagramServer, UnixStreamServer } from './unix-servers.ts';

const ForkingTCP: ForkingServerClass<typeof TCPServer> = ForkingMixIn(TCPServer);
const ForkingUDP: ForkingServerClass<typeof UDPServer> = ForkingMixIn(UDPServer);
const ForkingUnixStream: ForkingServerClass<typeof UnixStreamServer> = ForkingMixIn(UnixStreamServer);
const ForkingUnixDatagram: ForkingServerClass<typeof UnixDatagramServer> = ForkingMixIn(UnixDatagramServer);

/** As of the servers with `AsyncMixIn`. */
const MANY = 1024;

export class ForkingTCPServer extends ForkingTCP {
  static override requestQueueSize: number = MANY;
}

export class ForkingUDPServer extends ForkingUDP {}

export class ForkingUnixStreamServer extends ForkingUnixStream {
  static override requestQueueSize: number = MANY;
}

export class ForkingUnixDatagramServer extends ForkingUnixDatagram {}
