/** Putting a connected socket under TLS. https://docs.python.org/3/library/ssl.html#ssl.SSLContext.wrap_socket */
import { constants } from '@p8/syscall';
import { ValueError } from '@p8/errors';
import { describe } from './describe.ts';
import { LONGEST_TIMER } from './deadline.ts';
import { release } from './descriptor.ts';
import { Socket } from './socket.ts';
import { TlsChannel } from './tls-channel.ts';
import { TlsConnection } from './tls-connection.ts';
import { tlsError } from './tls-errors.ts';
import { checkTlsOptions } from './tls-options.ts';
import type { TlsOptions, TlsSyncOptions } from './tls-options.ts';
import { openRelay } from './tls-relay.ts';
import { TlsSocket } from './tls-socket.ts';
import type { Side } from './tls-socket.ts';
import { checkTimeout, timedOut } from './wait.ts';
import type { Seconds } from './wait.ts';

/**
 * Puts a connected stream socket under TLS and waits for the handshake, at most the socket's timeout (or `timeout`).
 * `socket` is closed by it, also when it fails; bytes that were received and not read are the first of the handshake.
 *
 * Raises SSLCertVerificationError for a peer that is not who it should be, SSLError for a failed handshake, SSLEOFError
 * where the peer hangs up, TimeoutError; ValueError and TypeError, with the socket untouched, for wrong arguments.
 */
export async function wrapTls(socket: Socket, options: TlsOptions = {}): Promise<TlsSocket> {
  checkTlsOptions(options, 'wrapTls');
  checkSocket(socket, 'wrapTls');
  options.signal?.throwIfAborted();
  const timeout = handshakeTimeout(socket, options);
  const { family, type, proto } = socket;
  const { fileno, unread } = release(socket, 'wrapTls');
  const stop = new Stop(timeout, options.signal);
  try {
    const connection = new TlsConnection(fileno, unread, options);
    await connection.handshake(stop.signal);
    const channel = new TlsChannel(connection, options.suppressRaggedEofs ?? false);
    return new TlsSocket({ family, type, proto, channel }, sideOf(socket, options));
  } catch (error) {
    throw tlsError(error, 'wrapTls');
  } finally {
    stop.end();
  }
}

/**
 * As {@link wrapTls}, blocking, and for blocking calls: the TLS runs on a helper thread, one for all such sockets of this
 * thread. The promise calls of its result work too, at about twice the cost.
 */
export function wrapTlsSync(socket: Socket, options: TlsSyncOptions = {}): TlsSocket {
  checkTlsOptions(options, 'wrapTlsSync');
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'function' && name !== 'context') continue;
    throw new TypeError(`wrapTlsSync(): ${name} cannot go to the helper thread; take wrapTls(), or plain data`);
  }
  checkSocket(socket, 'wrapTlsSync');
  const timeout = handshakeTimeout(socket, options);
  const { fileno, unread } = release(socket, 'wrapTlsSync');
  const { family, type, proto } = socket;
  return new TlsSocket(
    { family, type, proto, channel: openRelay(fileno, unread, options, timeout) },
    sideOf(socket, options),
  );
}

function sideOf({ timeout }: Socket, options: TlsSyncOptions): Side {
  return { serverSide: options.serverSide ?? false, serverHostname: options.serverHostname ?? null, timeout };
}

/** The end of a handshake by time or by signal. */
class Stop {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #outer: AbortSignal | undefined;

  constructor(timeout: Seconds | null, outer: AbortSignal | undefined) {
    if (timeout !== null) {
      const milliseconds = Math.min(Math.ceil(timeout * 1000), LONGEST_TIMER);
      this.#timer = setTimeout(() => this.#controller.abort(timedOut('wrapTls')), milliseconds);
    }
    this.#outer = outer;
    outer?.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort(this.#outer?.reason);
}

function checkSocket(socket: Socket, call: string): void {
  if (!(socket instanceof Socket)) throw new TypeError(`${call}(): socket must be a Socket, not ${describe(socket)}`);
  if (socket.type !== constants.SOCK_STREAM) {
    throw new ValueError(`${call}() needs a stream socket (SOCK_STREAM); TLS over datagrams is not supported`);
  }
  // raises the error of a socket that is closed or not connected
  socket.getpeername();
}

function handshakeTimeout(socket: Socket, { timeout = socket.timeout }: TlsOptions): Seconds | null {
  if (checkTimeout(timeout) !== 0) return timeout;
  throw new ValueError('a handshake has to wait, and the timeout is 0; give a timeout of more seconds, or null');
}
