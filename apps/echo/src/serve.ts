/** `p8-echo serve`: prints where it listens, then who wrote what, until it is interrupted. */
import { readFileSync, rmSync } from 'node:fs';
import type { TCPServer, UDPServer } from '@p8/socketserver';
import { EchoDatagramHandler, EchoHandler, QuietEchoDatagramHandler, QuietEchoHandler } from './handler.ts';
import { transportOf } from './transport.ts';
import type { Mode, TransportOptions } from './transport.ts';

export interface ServeOptions extends TransportOptions {
  readonly mode: Mode;
  readonly quiet?: boolean;
  /** Files of a key and a certificate: the stream is under TLS. */
  readonly tlsKey?: string;
  readonly tlsCert?: string;
}

/** Serves until SIGINT or SIGTERM. Raises the OSError of a server that cannot be made. */
export async function serve(options: ServeOptions): Promise<void> {
  await using server = open(options);
  const { serverAddress: address } = server;
  console.log(`listening on ${typeof address === 'string' ? address : address.join(':')}`);
  await server.serveForever({ signals: ['SIGINT', 'SIGTERM'] });
  // bind(2) made the file, and socketserver leaves it
  if (typeof address === 'string') rmSync(address, { force: true });
}

function open({ mode, quiet, tlsKey, tlsCert, ...options }: ServeOptions): TCPServer | UDPServer {
  const transport = transportOf(options);
  const server = transport.isStream
    ? new transport.servers[mode](transport.address, quiet ? QuietEchoHandler : EchoHandler)
    : new transport.servers[mode](transport.address, quiet ? QuietEchoDatagramHandler : EchoDatagramHandler);
  if (tlsKey !== undefined && tlsCert !== undefined) {
    server.tls = { key: readFileSync(tlsKey), cert: readFileSync(tlsCert) };
  }
  // an idle client must not keep an interrupted program
  if ('blockOnClose' in server) server.blockOnClose = false;
  return server;
}
