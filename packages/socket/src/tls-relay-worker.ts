/**
 * The helper thread of blocking TLS sockets: Node's TLS needs an event loop, which a blocked thread does not have.
 *
 *     recvSync, sendallSync ◀──▶ socketpair ◀──▶ this thread: TLSSocket ◀──▶ network
 *               ▲                                       │
 *               └─ what a stream of bytes cannot say ───┘  on a port: the outcome of the handshake, errors, sessions
 *
 * The first byte through the socketpair says that the handshake is done; what comes before an end is told on the port.
 */
import { Socket as NetSocket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { syscalls } from '@p8/syscall';
import { AF_UNIX, SHUT_RD, SOCK_STREAM } from './constants.ts';
import { unpack } from './parcel.ts';
import { Socket } from './socket.ts';
import { TlsConnection } from './tls-connection.ts';
import type { TlsFacts } from './tls-connection.ts';
import type { TlsSyncOptions } from './tls-options.ts';

/** A connection to be served. */
export interface RelayRequest {
  readonly network: SharedArrayBuffer;
  readonly plain: SharedArrayBuffer;
  readonly unread: Uint8Array;
  readonly options: TlsSyncOptions;
  readonly reports: MessagePort;
  /** One number: how many connections still have something to send. */
  readonly busy: SharedArrayBuffer;
}

/** What is told on the port. */
export type RelayReport =
  | { readonly facts: TlsFacts }
  | { readonly session: Uint8Array }
  | { readonly failure: RelayedError }
  | { readonly ragged: true };

/** What makes an error of Node what it is; a clone would keep the message only. */
export interface RelayedError {
  readonly message: string;
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly reason?: unknown;
}

/** How long a connection that was closed may take to send what it was given, in milliseconds. */
const LONGEST_FLUSH = 30_000;
/** How much is taken from the owner at once. */
const PART = 64 * 1024;

parentPort?.on('message', (request: RelayRequest) => void new Relay(request).run(request));

class Relay {
  readonly #reports: MessagePort;
  readonly #busy: Int32Array;
  readonly #fd: number;
  /** Two descriptors of one end: when the owner has closed his, writing fails, and what he had sent must still be read. */
  readonly #reader: NetSocket;
  readonly #writer: NetSocket;
  readonly #givenUp = new AbortController();
  #network: TLSSocket | undefined;
  /** The owner has closed his end, and not only its sending half. */
  #isClosed = false;

  constructor({ plain, reports, busy }: RelayRequest) {
    this.#reports = reports;
    this.#busy = new Int32Array(busy);
    const end = new Socket(AF_UNIX, SOCK_STREAM, 0, { fileno: unpack(plain) });
    // without a buffer of its own, whose bytes an error would take along
    const onread = {
      buffer: Buffer.allocUnsafe(PART),
      callback: (count: number, memory: Uint8Array) => this.#send(memory.subarray(0, count)),
    };
    this.#writer = new NetSocket({ fd: end.dup().detach(), readable: false, writable: true });
    this.#fd = end.detach();
    this.#reader = new NetSocket({ fd: this.#fd, readable: true, writable: false, onread }).resume();
    this.#reader.on('error', () => {}).once('close', () => this.#sent());
    this.#writer.on('error', () => this.#discard()).once('close', () => this.#end());
    reports.once('close', () => {
      this.#isClosed = true;
      this.#discard();
    });
  }

  async run({ network, unread, options }: RelayRequest): Promise<void> {
    try {
      const connection = new TlsConnection(takeOver(network), Buffer.from(unread), received(options));
      await connection.handshake(this.#givenUp.signal);
      this.#report({ facts: connection.facts() });
      this.#writer.write(Uint8Array.of(0));
      this.#connect(connection);
    } catch (error) {
      this.#report({ failure: relayed(error) });
      this.#reader.destroy();
      this.#writer.destroySoon();
    }
  }

  #connect(connection: TlsConnection): void {
    const { socket, session } = connection;
    this.#network = socket;
    if (session !== undefined) this.#report({ session });
    socket.on('session', (next) => this.#report({ session: next }));
    socket.on('error', (error) => this.#report({ failure: relayed(error) }));
    socket.once('end', () => {
      if (connection.end === 'ragged') this.#report({ ragged: true });
    });
    socket.on('drain', () => this.#reader.resume());
    socket.once('close', () => {
      // the owner's next write fails; a reader that has ended has closed its descriptor
      if (!this.#reader.destroyed) syscalls.shutdown(this.#fd, SHUT_RD);
      this.#reader.destroy();
      this.#writer.destroySoon();
    });
    socket.pipe(this.#writer);
    if (this.#reader.destroyed) this.#sent();
    if (this.#isClosed) this.#discard();
  }

  #send(data: Uint8Array): boolean {
    return this.#network?.write(Buffer.from(data)) ?? true;
  }

  /** The owner sends no more. */
  #sent(): void {
    if (this.#network === undefined) this.#givenUp.abort();
    else this.#network.end();
  }

  /** Nobody reads what comes from now on; what the owner has sent still goes out. */
  #discard(): void {
    const network = this.#network;
    if (network === undefined) {
      this.#givenUp.abort();
      return;
    }
    network.unpipe(this.#writer).resume();
    if (!this.#isClosed) return;
    setTimeout(() => network.destroy(), LONGEST_FLUSH).unref();
    if (network.writableFinished) network.destroy();
    else network.once('finish', () => network.destroy());
  }

  #end(): void {
    this.#reports.close();
    Atomics.sub(this.#busy, 0, 1);
    Atomics.notify(this.#busy, 0);
  }

  #report(message: RelayReport): void {
    this.#reports.postMessage(message);
  }
}

/** The descriptor is Node's from now on: our own table, which closes what is in it, lets it go. */
function takeOver(parcel: SharedArrayBuffer): number {
  return new Socket(AF_UNIX, SOCK_STREAM, 0, { fileno: unpack(parcel) }).detach();
}

/** A Buffer arrives as a Uint8Array, which Node does not take for a session, without a word. */
function received(options: TlsSyncOptions): TlsSyncOptions {
  return options.session === undefined ? options : { ...options, session: Buffer.from(options.session) };
}

function relayed(error: unknown): RelayedError {
  const { message, code, errno, reason } = error as Error & RelayedError;
  return { message, code, errno, reason };
}
