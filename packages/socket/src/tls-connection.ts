/**
 * TLS over a descriptor, by Node: its socket, up to the end of the handshake. OpenSSL reads from libuv's stream without
 * any JavaScript in between.
 */
import { Socket as NetSocket } from 'node:net';
import { connect, TLSSocket } from 'node:tls';
import type { CipherNameAndProtocol, PeerCertificate } from 'node:tls';
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { closedError } from './outcome.ts';
import { alpnBytes, contextOf, sniName } from './tls-options.ts';
import type { TlsOptions } from './tls-options.ts';

/** How the peer ended the stream: with close_notify, or by closing the connection. */
export type TlsEnd = 'notified' | 'ragged';

/** What a handshake finds out. */
export interface TlsFacts {
  readonly version: string;
  readonly cipher: CipherNameAndProtocol;
  readonly alpnProtocol: string | null;
  readonly servername: string | null;
  readonly sessionReused: boolean;
  readonly certificate: PeerCertificate | null;
  /** Why the peer's certificate is not valid; null if it is. */
  readonly authorizationError: string | null;
}

/** What Node does not declare of its sockets. */
interface Handle {
  readonly reading: boolean;
  verifyError(): (Error & { code: string }) | null;
}

/** One connection. The descriptor is closed with it. */
export class TlsConnection {
  readonly fd: number;
  readonly socket: TLSSocket;
  readonly #serverSide: boolean;
  readonly #options: TlsOptions;
  #end: TlsEnd | undefined;
  /** The newest ticket of the server, for a later connection. */
  session: Buffer | undefined;

  /** Takes over the descriptor, also when it raises. `unread` comes before what the descriptor gives. */
  constructor(fd: number, unread: Buffer, options: TlsOptions) {
    this.fd = fd;
    this.#serverSide = options.serverSide ?? false;
    this.#options = options;
    const below = openStream(fd);
    try {
      if (unread.length > 0) below.unshift(unread);
      this.socket = this.#serverSide ? serverSocket(below, options) : clientSocket(below, options);
    } catch (error) {
      below.destroy();
      throw error;
    }
    this.socket.on('session', (session: Buffer) => (this.session = session));
    this.#watchEnd();
  }

  /** How the peer ended the stream; undefined as long as it has not. */
  get end(): TlsEnd | undefined {
    return this.#end;
  }

  /** Waits for the end of the handshake. Raises Node's errors: see `tlsError`; `signal` ends the wait with its reason. */
  async handshake(signal: AbortSignal): Promise<void> {
    const { socket } = this;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // as Node's own client has it
    const cut = (): void => reject(Object.assign(new Error('disconnected'), { code: 'ECONNRESET' }));
    const aborted = (): void => reject(signal.reason);
    // a hand-made server socket tells its first errors by an event of its own
    const events = [
      ['error', reject],
      ['_tlsError', reject],
      ['end', cut],
      ['close', cut],
      [this.#serverSide ? 'secure' : 'secureConnect', resolve],
    ] as const;
    for (const [event, listener] of events) socket.on(event, listener);
    signal.addEventListener('abort', aborted, { once: true });
    try {
      await promise;
      if (this.#serverSide) this.#checkClient();
    } catch (error) {
      // an error that follows has nobody to tell
      socket.on('error', ignore).destroy();
      throw error;
    } finally {
      for (const [event, listener] of events) socket.off(event, listener);
      signal.removeEventListener('abort', aborted);
    }
  }

  /** What the handshake has found out. */
  facts(): TlsFacts {
    const { socket } = this;
    const certificate = socket.getPeerCertificate();
    return {
      version: socket.getProtocol() ?? '',
      cipher: socket.getCipher(),
      alpnProtocol: socket.alpnProtocol || null,
      servername: (this.#serverSide && socket.servername) || null,
      sessionReused: socket.isSessionReused(),
      certificate: certificate && Object.keys(certificate).length > 0 ? certificate : null,
      authorizationError: this.#verdict(),
    };
  }

  #verdict(): string | null {
    if (!this.#serverSide) return this.socket.authorized ? null : codeOf(this.socket.authorizationError);
    return this.#options.requestCert ? (this.#handle.verifyError()?.code ?? null) : 'NO_CERTIFICATE_REQUESTED';
  }

  get #handle(): Handle {
    return (this.socket as unknown as { readonly _handle: Handle })._handle;
  }

  #checkClient(): void {
    if (!this.#options.requestCert || this.#options.rejectUnauthorized === false) return;
    const error = this.#handle.verifyError();
    if (error === null) return;
    if (this.facts().certificate !== null) throw error;
    throw Object.assign(new Error('peer did not return a certificate'), {
      code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
    });
  }

  /**
   * Node tells close_notify and a bare FIN by the same `push(null)`. At that moment libuv has stopped to read if it met the
   * FIN, and reads on if TLS has ended before; or Node itself made it stop, and then it cannot have met the FIN.
   */
  #watchEnd(): void {
    const { socket } = this;
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) {
        this.#end = this.#handle?.reading && syscalls.uvIsReading(this.fd) === 0 ? 'ragged' : 'notified';
      }
      return push(chunk, encoding);
    };
  }
}

function openStream(fd: number): NetSocket {
  if (fd < 0) throw closedError('wrapTls');
  try {
    return new NetSocket({ fd, readable: true, writable: true, allowHalfOpen: true });
  } catch (error) {
    syscalls.close(fd);
    throw new OSError('wrapTls(): TLS needs a stream socket over TCP or a unix path', { code: 'EINVAL', cause: error });
  }
}

function serverSocket(below: NetSocket, options: TlsOptions): TLSSocket {
  const { ALPNProtocols, SNICallback, requestCert = false } = options;
  return new TLSSocket(below, {
    isServer: true,
    secureContext: contextOf(options),
    requestCert,
    // refused by us, with an error that says why
    rejectUnauthorized: false,
    ...(ALPNProtocols && { ALPNProtocols: alpnBytes(ALPNProtocols) }),
    ...(SNICallback && { SNICallback }),
  });
}

function clientSocket(below: NetSocket, options: TlsOptions): TLSSocket {
  const { ALPNProtocols, checkServerIdentity, rejectUnauthorized = true, serverHostname, session } = options;
  const servername = sniName(serverHostname);
  return connect({
    socket: below,
    secureContext: contextOf(options),
    rejectUnauthorized,
    ...(serverHostname !== undefined && { host: serverHostname }),
    ...(servername !== undefined && { servername }),
    ...(ALPNProtocols && { ALPNProtocols: [...ALPNProtocols] }),
    ...(checkServerIdentity && { checkServerIdentity }),
    ...(session && { session }),
  });
}

/** Node gives an Error, or only its code. */
function codeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return (error as { code?: string } | undefined)?.code ?? String(error);
}

function ignore(): void {}
