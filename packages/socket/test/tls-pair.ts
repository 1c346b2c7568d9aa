/** Two ends of a TLS connection, both here. */
import { wrapTls, wrapTlsSync } from '../src/index.ts';
import type { Socket, TlsOptions, TlsSocket } from '../src/index.ts';
import type { Certificates } from './certificates.ts';
import { tcpPair } from './connected.ts';

export async function tlsPair(
  { ca, server }: Certificates,
  clientOptions: TlsOptions = {},
  serverOptions: TlsOptions = {},
  [client, accepted]: [Socket, Socket] = tcpPair(),
): Promise<[client: TlsSocket, server: TlsSocket]> {
  const ends = await Promise.allSettled([
    wrapTls(client, { serverHostname: 'localhost', ca, ...clientOptions }),
    wrapTls(accepted, { serverSide: true, ...server, ...serverOptions }),
  ]);
  const [first, second] = ends;
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  for (const end of ends) if (end.status === 'fulfilled') end.value.close();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}

/** Starts the helper thread of blocking TLS, which stays for the next. */
export function startHelper(): void {
  const [client, peer] = tcpPair();
  peer.close();
  try {
    wrapTlsSync(client, { rejectUnauthorized: false });
  } catch {
    // the peer has hung up
  }
}
