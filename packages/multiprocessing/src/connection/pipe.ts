/** Two ends of one connection. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Pipe */
import { SHUT_RD, SHUT_WR, socketpair } from '@p8/socket';
import { Connection } from './connection.ts';
import type { Codec } from './codec.ts';

export interface PipeOptions {
  /** What objects are sent with. Default: the structured clone. */
  readonly codec?: Codec;
}

/**
 * Two connected ends. With `duplex` (the default) both send and receive; without, the first receives what the second sends.
 * Raises OSError (EMFILE) where no descriptor is free. It never waits.
 */
export function Pipe<T = unknown>(duplex = true, options: PipeOptions = {}): [Connection<T>, Connection<T>] {
  const [first, second] = socketpair();
  if (duplex) return [new Connection<T>(first, options), new Connection<T>(second, options)];
  first.shutdown(SHUT_WR);
  second.shutdown(SHUT_RD);
  return [
    new Connection<T>(first, { ...options, writable: false }),
    new Connection<T>(second, { ...options, readable: false }),
  ];
}
