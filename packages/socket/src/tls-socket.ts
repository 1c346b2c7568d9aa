/** A stream under TLS, with the face of a socket. https://docs.python.org/3/library/ssl.html#ssl-sockets */
import type { CipherNameAndProtocol, PeerCertificate } from 'node:tls';
import { NotImplementedError, ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import type { SocketChannel } from './byte-channel.ts';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes, Memory } from './bytes.ts';
import type { Operation } from './channel.ts';
import { checkInteger } from './descriptor.ts';
import type { Opened } from './descriptor.ts';
import { some } from './file-reading.ts';
import { StreamSocket } from './stream-socket.ts';
import type { TlsFacts } from './tls-connection.ts';
import { refuseTls } from './travel.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** The channel of a TLS socket: on this thread, or on a helper thread. */
export interface TlsByteChannel extends SocketChannel {
  readonly facts: TlsFacts;
  /** The newest session of the server. */
  readonly session: Buffer | undefined;
  /** The sending of what is taken of `data` at once. */
  sendingSome(data: Uint8Array): Operation<number>;
  shutdown(how: number): void;
}

/** How it was wrapped. */
export interface Side {
  readonly serverSide: boolean;
  readonly serverHostname: string | null;
  readonly timeout: Seconds | null;
}

/**
 * A connection under TLS, made by `wrapTls` or `wrapTlsSync`: `recv`, `sendall`, `recvUntil`, `makefile` and the rest as of
 * a `Socket`, with the same errors and time limits. The blocking twins need `wrapTlsSync`.
 *
 * `close()` sends close_notify. There is no `unwrap`: Node's TLS ends the connection with its last message, so it cannot be left for plain bytes.
 */
export class TlsSocket extends StreamSocket<TlsByteChannel> {
  static {
    reducible(TlsSocket, refuseTls);
  }

  readonly serverSide: boolean;
  /** The name that the server's certificate was checked for. */
  readonly serverHostname: string | null;
  readonly #facts: TlsFacts;
  readonly #sessions: Pick<TlsByteChannel, 'session'>;

  /** Made by `wrapTls`. */
  constructor(opened: Opened<TlsByteChannel>, side: Side) {
    super(opened);
    this.serverSide = side.serverSide;
    this.serverHostname = side.serverHostname;
    this.timeLimit = side.timeout;
    this.#facts = opened.channel.facts;
    this.#sessions = opened.channel;
  }

  // ---- what the handshake found out

  /** Whether the peer's certificate is valid; false also where none was asked for. */
  get authorized(): boolean {
    return this.#facts.authorizationError === null;
  }

  /** Why the peer's certificate is not valid, by OpenSSL's name for it; null if it is. */
  get authorizationError(): string | null {
    return this.#facts.authorizationError;
  }

  /** The peer's certificate as Node describes it, its DER bytes in `raw`; null without one. */
  getpeercert(): PeerCertificate | null {
    return this.#facts.certificate;
  }

  /** `'TLSv1.3'` */
  version(): string {
    return this.#facts.version;
  }

  cipher(): CipherNameAndProtocol {
    return this.#facts.cipher;
  }

  /** The protocol that ALPN has chosen; null without one. */
  selectedAlpnProtocol(): string | null {
    return this.#facts.alpnProtocol;
  }

  /** On a server: the name that the client asked for (SNI). */
  get servername(): string | null {
    return this.#facts.servername;
  }

  /** On a client: what a later connection to the same server can resume. Servers send it after the handshake. */
  get session(): Buffer | undefined {
    return this.#sessions.session;
  }

  /** Whether this connection resumed an earlier session: a proof that the peer is the same as then. */
  get sessionReused(): boolean {
    return this.#facts.sessionReused;
  }

  // ---- bytes

  /** Up to `bufsize` bytes, as soon as there are any; empty after the peer's close_notify. TLS has no flags. */
  recv(bufsize: number, flags = 0, options?: WaitOptions): Promise<Buffer> {
    return this.waiting('recv', (channel) =>
      channel.read(this, this.#receiving(channel, bufsize, flags, 'recv'), this.timeLimit, options),
    );
  }

  recvSync(bufsize: number, flags = 0): Buffer {
    const channel = this.open('recv');
    return channel.readSync(this.#receiving(channel, bufsize, flags, 'recv'), this.timeLimit);
  }

  /** Receives into `buffer`, at most `nbytes` of it (0: all); returns the count, 0 at the end of the stream. */
  async recvInto(buffer: Memory, nbytes = 0, flags = 0, options?: WaitOptions): Promise<number> {
    const channel = this.open('recvInto');
    const target = toTarget(buffer, nbytes, 'recvInto');
    const receiving = this.#receiving(channel, target.length, flags, 'recvInto');
    const data = await channel.read(this, receiving, this.timeLimit, options);
    target.set(data);
    return data.length;
  }

  recvIntoSync(buffer: Memory, nbytes = 0, flags = 0): number {
    const channel = this.open('recvInto');
    const target = toTarget(buffer, nbytes, 'recvInto');
    const data = channel.readSync(this.#receiving(channel, target.length, flags, 'recvInto'), this.timeLimit);
    target.set(data);
    return data.length;
  }

  /** Encrypts and sends what is taken at once, and returns how much that was. Waits while the peer takes nothing. */
  send(data: Bytes, flags = 0, options?: WaitOptions): Promise<number> {
    return this.waiting('send', (channel) => {
      checkNoFlags(flags, 'send');
      return channel.write(this, channel.sendingSome(toBytes(data, 'send')), this.timeLimit, options);
    });
  }

  sendSync(data: Bytes, flags = 0): number {
    const channel = this.open('send');
    checkNoFlags(flags, 'send');
    return channel.writeSync(channel.sendingSome(toBytes(data, 'send')), this.timeLimit);
  }

  /** Sends everything. An OSError of it carries `bytesSent`: how much was encrypted before, and so goes out. */
  sendall(data: Bytes, flags = 0, options?: WaitOptions): Promise<void> {
    return this.waiting('sendall', (channel) => {
      checkNoFlags(flags, 'sendall');
      return channel.write(this, channel.sending(toBytes(data, 'sendall'), 'sendall'), this.timeLimit, options);
    });
  }

  sendallSync(data: Bytes, flags = 0): void {
    const channel = this.open('sendall');
    checkNoFlags(flags, 'sendall');
    channel.writeSync(channel.sending(toBytes(data, 'sendall'), 'sendall'), this.timeLimit);
  }

  // ---- the end

  /** SHUT_WR and SHUT_RDWR send close_notify and FIN; the peer may still send. Raises NotImplementedError for SHUT_RD. */
  override shutdown(how: number): void {
    this.open('shutdown').shutdown(checkInteger(how, 'how', 'shutdown'));
  }

  /** Raises NotImplementedError: the descriptor is of no use without the keys of its connection. */
  override detach(): never {
    throw new NotImplementedError('detach(): the descriptor of a TLS socket is of no use without its keys; close() it');
  }

  #receiving(channel: TlsByteChannel, size: number, flags: number, call: string): Operation<Buffer> {
    checkSize(size, 'bufsize', call);
    checkNoFlags(flags, call);
    return some(channel, call, size, size);
  }
}

function checkNoFlags(flags: number, call: string): void {
  if (flags === 0) return;
  checkInteger(flags, 'flags', call);
  throw new ValueError(`${call}(): TLS has no flags; they must be 0, not ${flags}`);
}
