/** Waiting for connections. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.Listener */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OSError, ValueError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import type { Reduced } from '@p8/pickle';
import { AF_INET, AF_INET6, SO_REUSEADDR, SOCK_STREAM, Socket, SOL_SOCKET } from '@p8/socket';
import type { Address } from '@p8/socket';
import type { WaitOptions } from '@p8/threading';
import { familyNumber, familyOf } from './address.ts';
import type { ConnectionAddress, Family } from './address.ts';
import { cloneCodec } from './codec.ts';
import type { Codec } from './codec.ts';
import { Connection } from './connection.ts';
import {
  answerChallenge,
  answerChallengeSync,
  deliverChallenge,
  deliverChallengeSync,
  HANDSHAKE_TIMEOUT,
  keyOf,
} from './handshake.ts';
import type { HandshakeOptions } from './handshake.ts';
import { deadlineOf, secondsLeft } from './limits.ts';
import type { BlockOptions, Seconds } from './limits.ts';
import { Reception } from './reception.ts';
import type { Arrival } from './reception.ts';

export interface ListenerOptions extends HandshakeOptions {
  /** Unless given: a free port of 127.0.0.1, or a path in a folder of its own, as the family says. */
  readonly address?: ConnectionAddress | undefined;
  /** Unless given: what the address looks like, or AF_UNIX. */
  readonly family?: Family | undefined;
  /** How many connections may queue that nobody has accepted. Default: 128. */
  readonly backlog?: number | undefined;
  /** The key that both sides must know; without one, nobody proves anything. */
  readonly authkey?: Uint8Array | undefined;
  /** What objects are sent with. Default: the structured clone; for peers in Python, that of `@p8/pickle/cpython`. */
  readonly codec?: Codec | undefined;
  /** How long a peer has to prove the key, in seconds; null: no limit. Default: 20. */
  readonly handshakeTimeout?: Seconds | null | undefined;
  /** How many peers may be proving the key at once; others wait in the queue of the system. Default: 64. */
  readonly maxHandshakes?: number | undefined;
  /** Hears of peers that did not prove the key; `accept` goes on to the next. Default: nobody does. */
  readonly onFailure?: ((error: unknown, peer: Address) => void) | undefined;
}

/** What a listener takes over from one that was given away. */
interface Inheritance {
  readonly socket: Socket;
  /** What is removed with it. */
  readonly path: string | undefined;
  readonly folder: string | undefined;
  readonly lastAccepted: Address | null;
  readonly ready: readonly Arrival<unknown, unknown>[];
}

const INHERITANCE: unique symbol = Symbol('inheritance');
const BACKLOG = 128;
const MOST_HANDSHAKES = 64;

/**
 * A bound socket that gives connections. Peers prove the key side by side and within a time limit, so that a silent one holds nobody
 * up; one that fails is closed and passed over.
 */
export class Listener<Received = unknown, Sent = Received> implements Disposable, AsyncDisposable {
  static {
    reducible<Listener>(Listener, (listener) => listener.#reduced());
  }

  readonly #socket: Socket;
  readonly #options: ListenerOptions;
  readonly #key: Uint8Array | undefined;
  readonly #reception: Reception<Received, Sent>;
  /** What is removed with it. */
  #path: string | undefined;
  #folder: string | undefined;
  #lastAccepted: Address | null = null;

  /** Raises the OSError of bind(2), TypeError for a key that is no bytes, ValueError for what is no address. */
  constructor(options: ListenerOptions & { readonly [INHERITANCE]?: Inheritance } = {}) {
    this.#options = options;
    this.#key = options.authkey === undefined ? undefined : keyOf(options.authkey);
    const most = options.maxHandshakes ?? MOST_HANDSHAKES;
    if (!Number.isInteger(most) || most < 1) throw new ValueError(`maxHandshakes must be 1 or more, not ${most}`);
    const greet = (sock: Socket, signal: AbortSignal) => this.#greet(sock, signal);
    const inherited = options[INHERITANCE];
    if (inherited !== undefined) {
      ({ socket: this.#socket, path: this.#path, folder: this.#folder, lastAccepted: this.#lastAccepted } = inherited);
      const ready = inherited.ready as readonly Arrival<Received, Sent>[];
      this.#reception = new Reception(this.#socket, most, greet, options.onFailure, ready);
      return;
    }
    const family = options.family ?? (options.address === undefined ? 'AF_UNIX' : familyOf(options.address));
    if (options.address === undefined && family === 'AF_UNIX')
      this.#folder = mkdtempSync(join(tmpdir(), 'p8-listener-'));
    const address = options.address ?? (this.#folder === undefined ? loopback(family) : join(this.#folder, 'socket'));
    try {
      this.#socket = bound(familyNumber(family), address, options.backlog ?? BACKLOG);
    } catch (error) {
      this.#removeFolder();
      throw error;
    }
    if (family === 'AF_UNIX' && typeof address === 'string' && !address.startsWith('\0')) this.#path = address;
    this.#reception = new Reception(this.#socket, most, greet, options.onFailure);
  }

  /** Where it listens: with the port that was chosen, or the path. */
  get address(): ConnectionAddress {
    return this.#open().getsockname() as ConnectionAddress;
  }

  /** The address of the peer that was accepted last; null before the first, '' for a unix socket without a name. */
  get lastAccepted(): Address | null {
    return this.#lastAccepted;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The next connection; waits until a peer has connected and, with a key, proved it. Raises TimeoutError, OSError once closed. */
  async accept(options?: WaitOptions): Promise<Connection<Received, Sent>> {
    this.#open();
    const [connection, peer] = await this.#reception.next(options);
    this.#lastAccepted = peer;
    return connection;
  }

  acceptSync(options?: BlockOptions): Connection<Received, Sent> {
    const deadline = deadlineOf(options?.timeout);
    for (;;) {
      const sock = this.#open();
      const ready = this.#reception.take();
      if (ready !== undefined) {
        this.#lastAccepted = ready[1];
        return ready[0];
      }
      sock.settimeout(secondsLeft(deadline, 'accept'));
      const [accepted, peer] = sock.acceptSync();
      try {
        const connection = this.#greetSync(accepted, deadline);
        this.#lastAccepted = peer;
        return connection;
      } catch (error) {
        accepted.close();
        secondsLeft(deadline, 'accept');
        this.#options.onFailure?.(error, peer);
      }
    }
  }

  /** The connections, until the listener is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Connection<Received, Sent>, void, undefined> {
    while (!this.closed) {
      let connection: Connection<Received, Sent>;
      try {
        connection = await this.accept();
      } catch (error) {
        if (this.closed) return;
        throw error;
      }
      yield connection;
    }
  }

  /** Closes it, and removes its path; calls that wait are rejected. Accepted connections stay. Twice is fine. */
  close(): void {
    if (this.closed) return;
    this.#socket.close();
    this.#reception.close();
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
    this.#removeFolder();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Peers that have proved the key and were not taken go along; those that are proving it are let go. */
  #reduced(): Reduced {
    const { codec, ...options } = this.#options;
    const given = { ...options, codec: codec === cloneCodec ? undefined : codec };
    const inheritance: Inheritance = {
      socket: this.#open(),
      path: this.#path,
      folder: this.#folder,
      lastAccepted: this.#lastAccepted,
      ready: this.#reception.ready,
    };
    const sent = (): void => {
      this.#path = this.#folder = undefined;
      this.#reception.close();
    };
    return [receiveListener, [given, inheritance], { sent }];
  }

  async #greet(sock: Socket, signal: AbortSignal): Promise<Connection<Received, Sent>> {
    const connection = this.#connectionOn(sock);
    if (this.#key === undefined) return connection;
    const deadline = deadlineOf(this.#limit);
    const limits = () => ({ ...this.#options, signal, timeout: secondsLeft(deadline, 'handshake') });
    await deliverChallenge(connection, this.#key, limits());
    await answerChallenge(connection, this.#key, limits());
    return connection;
  }

  #greetSync(sock: Socket, until: number): Connection<Received, Sent> {
    const connection = this.#connectionOn(sock);
    if (this.#key === undefined) return connection;
    const deadline = Math.min(until, deadlineOf(this.#limit));
    const limits = () => ({ ...this.#options, timeout: secondsLeft(deadline, 'handshake') });
    deliverChallengeSync(connection, this.#key, limits());
    answerChallengeSync(connection, this.#key, limits());
    return connection;
  }

  get #limit(): Seconds | null {
    const { handshakeTimeout = HANDSHAKE_TIMEOUT } = this.#options;
    return handshakeTimeout;
  }

  #connectionOn(sock: Socket): Connection<Received, Sent> {
    const { codec } = this.#options;
    return new Connection<Received, Sent>(sock, codec === undefined ? {} : { codec });
  }

  #open(): Socket {
    if (this.#socket.closed) throw new OSError('listener is closed', { code: 'EBADF' });
    return this.#socket;
  }

  #removeFolder(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The listener of a message. */
export function receiveListener(options: ListenerOptions, inheritance: Inheritance): Listener {
  return new Listener({ ...options, [INHERITANCE]: inheritance });
}

function loopback(family: Family): ConnectionAddress {
  return family === 'AF_INET6' ? ['::1', 0] : ['127.0.0.1', 0];
}

function bound(family: number, address: ConnectionAddress, backlog: number): Socket {
  const sock = new Socket(family, SOCK_STREAM);
  try {
    if (family === AF_INET || family === AF_INET6) sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, true);
    sock.bind(address);
    sock.listen(backlog);
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

// in a bundle nobody exports it
importable(import.meta, { receiveListener });
