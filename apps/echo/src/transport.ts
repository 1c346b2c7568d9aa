/** The four ways to reach an echo server: what each flag of the program stands for. */
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '@p8/socket';
import type { Address } from '@p8/socket';
import { AsyncTCPServer, AsyncUDPServer, AsyncUnixDatagramServer, AsyncUnixStreamServer } from '@p8/socketserver';
import { EchoDatagramHandler, EchoHandler } from './handler.ts';

/** The options that `serve` and `send` share, as the command line gives them. */
export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly udp?: boolean;
  readonly unix?: string;
  readonly unixDatagram?: string;
}

export interface Transport {
  readonly family: number;
  readonly type: number;
  readonly address: Address;
  /** A server that is bound to the address. */
  readonly serve: () => AsyncTCPServer | AsyncUDPServer;
}

/** The transport of the given options: TCP unless a flag says otherwise. */
export function transportOf({ host, port, udp, unix, unixDatagram }: TransportOptions): Transport {
  if (unix !== undefined) {
    const serve = () => new AsyncUnixStreamServer(unix, EchoHandler);
    return { family: AF_UNIX, type: SOCK_STREAM, address: unix, serve };
  }
  if (unixDatagram !== undefined) {
    const serve = () => new AsyncUnixDatagramServer(unixDatagram, EchoDatagramHandler);
    return { family: AF_UNIX, type: SOCK_DGRAM, address: unixDatagram, serve };
  }
  const address = [host, port] as const;
  const serve = () =>
    udp ? new AsyncUDPServer(address, EchoDatagramHandler) : new AsyncTCPServer(address, EchoHandler);
  return { family: AF_INET, type: udp ? SOCK_DGRAM : SOCK_STREAM, address, serve };
}
