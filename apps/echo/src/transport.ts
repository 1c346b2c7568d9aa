/** The four ways to reach an echo server, and the classes that serve them: what the flags of the program stand for. */
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '@p8/socketserver';
import type { DatagramRequest, RequestHandlerClass } from '@p8/socketserver';

/** The options that all commands share, as the command line gives them. */
export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly udp?: boolean;
  readonly unix?: string;
  readonly unixDatagram?: string;
}

/** Where handlers run. */
export const modes = ['sequential', 'async', 'threading', 'forking'] as const;
export type Mode = (typeof modes)[number];

type StreamServerClass = new (address: Address, Handler: RequestHandlerClass<Socket>) => TCPServer;
type DatagramServerClass = new (address: Address, Handler: RequestHandlerClass<DatagramRequest>) => UDPServer;

export type Transport = {
  readonly family: number;
  readonly type: number;
  readonly address: Address;
} & (
  | { readonly isStream: true; readonly servers: Readonly<Record<Mode, StreamServerClass>> }
  | { readonly isStream: false; readonly servers: Readonly<Record<Mode, DatagramServerClass>> }
);

const tcp = { sequential: TCPServer, async: AsyncTCPServer, threading: ThreadingTCPServer, forking: ForkingTCPServer };
const udp = { sequential: UDPServer, async: AsyncUDPServer, threading: ThreadingUDPServer, forking: ForkingUDPServer };
const unixStream = {
  sequential: UnixStreamServer,
  async: AsyncUnixStreamServer,
  threading: ThreadingUnixStreamServer,
  forking: ForkingUnixStreamServer,
};
const unixDatagram = {
  sequential: UnixDatagramServer,
  async: AsyncUnixDatagramServer,
  threading: ThreadingUnixDatagramServer,
  forking: ForkingUnixDatagramServer,
};

/** The transport of the given options: TCP unless a flag says otherwise. */
export function transportOf(options: TransportOptions): Transport {
  if (options.unix !== undefined) {
    return { family: AF_UNIX, type: SOCK_STREAM, isStream: true, address: options.unix, servers: unixStream };
  }
  if (options.unixDatagram !== undefined) {
    return { family: AF_UNIX, type: SOCK_DGRAM, isStream: false, address: options.unixDatagram, servers: unixDatagram };
  }
  const address = [options.host, options.port] as const;
  return options.udp
    ? { family: AF_INET, type: SOCK_DGRAM, isStream: false, address, servers: udp }
    : { family: AF_INET, type: SOCK_STREAM, isStream: true, address, servers: tcp };
}
