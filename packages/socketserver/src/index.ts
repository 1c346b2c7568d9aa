// Servers
export { BaseServer } from './base-server.ts';
export type { RequestHandlerClass, ServeOptions, ServerStatistics } from './base-server.ts';
export { TCPServer } from './tcp-server.ts';
export { UDPServer } from './udp-server.ts';
export type { DatagramRequest } from './udp-server.ts';
export { UnixDatagramServer, UnixStreamServer } from './unix-servers.ts';
export type { ServerTls } from './secure.ts';

// Services
export { listenFds } from './listen-fds.ts';
export type { NamedSocket } from './listen-fds.ts';
export { notifyReady, startSuccessor } from './successor.ts';
export type { SuccessorOptions } from './successor.ts';

// Mix-ins
export { AsyncMixIn } from './async-mixin.ts';
export type { AsyncServer, AsyncServerClass } from './async-mixin.ts';
export { AsyncTCPServer, AsyncUDPServer, AsyncUnixDatagramServer, AsyncUnixStreamServer } from './async-servers.ts';
export type { CrewOptions, CrewServer, CrewStatistics } from './crew-mixin.ts';
export type { MemberStatistics } from './member.ts';
export { ForkingMixIn } from './forking-mixin.ts';
export type { ForkingOptions, ForkingServer, ForkingServerClass, ForkingStatistics } from './forking-mixin.ts';
export {
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
} from './forking-servers.ts';
export { ThreadingMixIn } from './threading-mixin.ts';
export type {
  ThreadingOptions,
  ThreadingServer,
  ThreadingServerClass,
  ThreadingStatistics,
} from './threading-mixin.ts';
export {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from './threading-servers.ts';

// Handlers
export { BaseRequestHandler } from './request-handler.ts';
export { StreamRequestHandler } from './stream-request-handler.ts';
export { DatagramRequestHandler } from './datagram-request-handler.ts';
export { PacketReader, PacketWriter } from './packet-file.ts';
