/** TLS on the connections of a server: the handshake is part of the request, so a slow client holds up nobody but itself. */
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { Socket, wrapTls } from '@p8/socket';
import type { TlsOptions, TlsSocket } from '@p8/socket';

/** What a server needs for TLS: `key` and `cert`, and what else `wrapTls` takes. For servers with threads it must be plain data. */
export type ServerTls = Omit<
  TlsOptions,
  'serverSide' | 'serverHostname' | 'session' | 'checkServerIdentity' | 'signal'
>;

/** One context for all connections: it is costly to make, and remembers sessions. */
const contexts = new WeakMap<ServerTls, SecureContext>();
/** Connections under TLS, by what was accepted. */
const secured = new WeakMap<object, TlsSocket>();

/** Does what is to be done with the connection under TLS, and closes it. Raises what `wrapTls` raises. */
export async function withTls(
  request: Socket,
  tls: ServerTls,
  use: (secure: TlsSocket) => Promise<void>,
): Promise<void> {
  await using secure = await wrapTls(request, { ...tls, context: contextOf(tls), serverSide: true });
  secured.set(request, secure);
  await use(secure);
}

/** The connection that stands for a request: under TLS if it has one. */
export function connectionOf(request: unknown): Socket | TlsSocket | undefined {
  return request instanceof Socket ? (secured.get(request) ?? request) : undefined;
}

function contextOf(tls: ServerTls): SecureContext {
  const known = tls.context ?? contexts.get(tls);
  if (known !== undefined) return known;
  const made = createSecureContext(tls);
  contexts.set(tls, made);
  return made;
}
