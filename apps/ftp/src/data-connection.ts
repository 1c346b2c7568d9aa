/**
 * The data connection of one transfer: waited for (PASV, EPSV) or made (PORT, EPRT), in both cases with the client of the
 * control connection and with nobody else (RFC 2577).
 */
import { ConnectionError, OSError, TimeoutError } from '@p8/errors';
import { AF_INET, AF_INET6, SOL_SOCKET, SO_REUSEADDR, Socket, createServer } from '@p8/socket';
import { randomInt } from 'node:crypto';
import { type Endpoint, endpoint, isIPv6Host, socketAddress } from './peer.ts';

/** Where the next transfer's data connection comes from. Good for one connection; close it in any case. */
export interface DataPort {
  /** For STAT: what the client asked for. */
  readonly description: string;
  /** True when opening it makes the connection, so that its failure can be told before the 150. */
  readonly isActive: boolean;
  /** Gives the connection. Waits up to `timeout` seconds. Raises TimeoutError, or OSError when it was closed or refused. */
  open(timeout: number): Promise<Socket>;
  /** Stops the waiting; a connection that was not fetched is closed. */
  close(): void;
}

/** A range of ports to listen on, both ends included. */
export type PortRange = readonly [from: number, to: number];

/**
 * Listens for the client and accepts at once: a stranger who finds the port is dropped while the waiting goes on, and
 * cannot fill the queue.
 */
export class PassivePort implements DataPort {
  readonly description: string;
  readonly isActive = false;
  readonly port: number;
  readonly #listener: Socket;
  readonly #connection: Promise<Socket>;
  #taken = false;

  /**
   * Takes a free port, at random in the range. Raises OSError (EADDRINUSE) when there is none.
   * @param onStranger told about a connection from another address
   */
  constructor(local: Endpoint, peer: Endpoint, range: PortRange | undefined, onStranger: (host: string) => void) {
    this.#listener = listen(local, range);
    this.port = endpoint(this.#listener.getsockname()).port;
    this.description = `passive, port ${this.port}`;
    this.#connection = this.#accept(peer, onStranger);
    // told to whoever opens the port; without a transfer nobody asks
    this.#connection.catch(() => undefined);
  }

  async open(timeout: number): Promise<Socket> {
    this.#taken = true;
    const timer = setTimeout(() => this.#listener.close(), timeout * 1000);
    try {
      return await this.#connection;
    } catch (error) {
      if (error instanceof OSError && error.code === 'EBADF') throw new TimeoutError('no data connection came');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#listener.close();
    if (!this.#taken) this.#connection.then((connection) => connection.close()).catch(() => undefined);
  }

  async #accept(peer: Endpoint, onStranger: (host: string) => void): Promise<Socket> {
    try {
      for (;;) {
        const accepted = await this.#listener.accept().catch(passing);
        if (accepted === undefined) continue;
        const [connection, address] = accepted;
        const { host } = endpoint(address);
        if (host === peer.host) return connection;
        connection.close();
        onStranger(host);
      }
    } finally {
      this.#listener.close();
    }
  }
}

/** Connects to the port that the client named; the caller has checked that the address is the client's own. */
export class ActivePort implements DataPort {
  readonly description: string;
  readonly isActive = true;
  readonly #local: Endpoint;
  readonly #peer: Endpoint;
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(local: Endpoint, peer: Endpoint, port: number) {
    this.#local = local;
    this.#peer = peer;
    this.#port = port;
    this.description = `active, port ${port}`;
  }

  async open(timeout: number): Promise<Socket> {
    const socket = new Socket(isIPv6Host(this.#peer.host) ? AF_INET6 : AF_INET);
    this.#socket = socket;
    try {
      // from the address that the client knows; a firewall may let no other one in
      socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, true);
      socket.bind(socketAddress(this.#local, 0));
      socket.settimeout(timeout);
      await socket.connect(socketAddress(this.#peer, this.#port));
      socket.settimeout(null);
      this.#socket = undefined;
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.close();
  }
}

/** Somebody connected and gave up before we looked: not a reason to stop waiting. */
function passing(error: unknown): undefined {
  if (!(error instanceof ConnectionError)) throw error;
}

function listen(local: Endpoint, range: PortRange | undefined): Socket {
  const family = isIPv6Host(local.host) ? AF_INET6 : AF_INET;
  const open = (port: number) => createServer(socketAddress(local, port), { family, backlog: 8 });
  if (range === undefined) return open(0);
  const [from, to] = range;
  const count = to - from + 1;
  const first = randomInt(count);
  for (let i = 0; i < count; i++) {
    try {
      return open(from + ((first + i) % count));
    } catch (error) {
      if (!(error instanceof OSError && error.code === 'EADDRINUSE') || i === count - 1) throw error;
    }
  }
  throw new OSError('no port', { code: 'EADDRINUSE' });
}
