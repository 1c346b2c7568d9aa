/** `p8-echo serve`: prints where it listens, then who wrote what, until it is interrupted. */
import { rmSync } from 'node:fs';
import { transportOf } from './transport.ts';
import type { TransportOptions } from './transport.ts';

/** Serves until SIGINT or SIGTERM. Raises the OSError of a server that cannot be made. */
export async function serve(options: TransportOptions): Promise<void> {
  await using server = transportOf(options).serve();
  // an idle client must not keep an interrupted program
  server.blockOnClose = false;
  const stop = (): void => server.shutdown();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { serverAddress: address } = server;
  console.log(`listening on ${typeof address === 'string' ? address : address.join(':')}`);
  await server.serveForever();
  process.off('SIGINT', stop).off('SIGTERM', stop);
  // bind(2) made the file, and socketserver leaves it
  if (typeof address === 'string') rmSync(address, { force: true });
}
