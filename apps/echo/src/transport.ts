/** The four ways to reach an echo server, and the classes that serve them: what the flags of the program stand for. */
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '@p8/socket';
import type { Address } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '@p8/socketserver';

/** The options that all commands share, as the command line gives them. */
export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly udp?: boolean;
  readonly unix?: string;
  readonly unixDatagram?: string;
}

/** Where handlers run. */
export const modes = ['sequential', 'async', 'threading'] as const;
export type Mode = (typeof modes)[number];

export type StreamServerClass = typeof TCPServer | typeof AsyncTCPServer | typeof ThreadingTCPServer;
export type DatagramServerClass = typeof UDPServer | typeof AsyncUDPServer | typeof ThreadingUDPServer;

export type Transport = {
  readonly family: number;
  readonly address: Address;
} & (
  | { readonly type: typeof SOCK_STREAM; readonly servers: Readonly<Record<Mode, StreamServerClass>> }
  | { readonly type: typeof SOCK_DGRAM; readonly servers: Readonly<Record<Mode, DatagramServerClass>> }
);

const tcp = { sequential: TCPServer, async: AsyncTCPServer, threading: ThreadingTCPServer };
const udp = { sequential: UDPServer, async: AsyncUDPServer, threading: ThreadingUDPServer };
const unixStream = {
  sequential: UnixStreamServer,
  async: AsyncUnixStreamServer,
  threading: ThreadingUnixStreamServer,
};
const unixDatagram = {
  sequential: UnixDatagramServer,
  async: AsyncUnixDatagramServer,
  threading: ThreadingUnixDatagramServer,
};

/** The transport of the given options: TCP unless a flag says otherwise. */
export function transportOf(options: TransportOptions): Transport {
  if (options.unix !== undefined) {
    return { family: AF_UNIX, type: SOCK_STREAM, address: options.unix, servers: unixStream };
  }
  if (options.unixDatagram !== undefined) {
    return { family: AF_UNIX, type: SOCK_DGRAM, address: options.unixDatagram, servers: unixDatagram };
  }
  const address = [options.host, options.port] as const;
  return options.udp
    ? { family: AF_INET, type: SOCK_DGRAM, address, servers: udp }
    : { family: AF_INET, type: SOCK_STREAM, address, servers: tcp };
}
