/** The server: accepts clients, keeps the limits, and ends them all when it is told to. */
import { ConnectionError, OSError } from '@p8/errors';
import { AF_INET, AF_INET6, type Socket, createServer } from '@p8/socket';
import { setTimeout as delay } from 'node:timers/promises';
import { ControlConnection } from './control-connection.ts';
import { type Endpoint, endpoint, isIPv6Host } from './peer.ts';
import { reply } from './replies.ts';
import { Session } from './session.ts';
import type { ServerSettings } from './settings.ts';

/** Connections that the system keeps until we accept them: hundreds may come in one moment. */
const BACKLOG = 1024;
/** How long to wait when no descriptor is left, in seconds: one may be free again. */
const OUT_OF_DESCRIPTORS_WAIT = 0.1;

export class FtpServer implements AsyncDisposable {
  readonly #settings: ServerSettings;
  readonly #listener: Socket;
  readonly #sessions = new Set<Session>();
  readonly #perAddress = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #address: Endpoint;
  #isClosing = false;

  /** Listens. Raises OSError (EADDRINUSE, EACCES, …) when it cannot. */
  constructor(settings: ServerSettings) {
    const isIPv6 = isIPv6Host(settings.host);
    this.#settings = settings;
    this.#listener = createServer([settings.host, settings.port], {
      family: isIPv6 ? AF_INET6 : AF_INET,
      dualstackIpv6: settings.host === '::',
      backlog: BACKLOG,
    });
    this.#address = endpoint(this.#listener.getsockname());
  }

  /** Where it listens; the port is the real one, also when 0 was asked for. */
  get address(): Endpoint {
    return this.#address;
  }

  /** How many clients are connected now. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Serves until {@link FtpServer.close}. */
  async serveForever(): Promise<void> {
    while (!this.#isClosing) {
      try {
        const [socket] = await this.#listener.accept();
        this.#admit(socket);
      } catch (error) {
        if (this.#isClosing) break;
        // the client gave up before it was its turn
        if (error instanceof ConnectionError) continue;
        if (!(error instanceof OSError)) throw error;
        this.#settings.log.error({ err: error, sessions: this.#sessions.size }, 'cannot accept a client');
        await delay(OUT_OF_DESCRIPTORS_WAIT * 1000);
      }
    }
  }

  /** Stops accepting, tells every client 421, and waits until all are gone. Again is fine. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#listener.close();
    for (const session of this.#sessions) void session.end(reply(421, 'The server is going down; good bye.'));
    await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #admit(socket: Socket): void {
    const running = this.#serve(socket)
      .catch((error: unknown) => this.#settings.log.error({ err: error }, 'a session failed'))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #serve(socket: Socket): Promise<void> {
    let session: Session;
    try {
      const { host } = endpoint(socket.getpeername());
      const refusal = this.#refusal(host);
      if (refusal !== undefined) return await this.#turnAway(socket, host, refusal);
      session = new Session(socket, this.#settings);
    } catch (error) {
      socket.close();
      // gone between the connect and now
      if (error instanceof OSError) return;
      throw error;
    }
    const { host } = session.control.peer;
    this.#sessions.add(session);
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    try {
      await session.run();
    } finally {
      this.#sessions.delete(session);
      const left = (this.#perAddress.get(host) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(host);
      else this.#perAddress.set(host, left);
    }
  }

  #refusal(host: string): string | undefined {
    const { maxSessions, maxPerAddress } = this.#settings;
    if (this.#sessions.size >= maxSessions) return 'Too many clients are connected; try again later.';
    if ((this.#perAddress.get(host) ?? 0) >= maxPerAddress) return 'Too many connections from your address.';
    return undefined;
  }

  async #turnAway(socket: Socket, host: string, text: string): Promise<void> {
    this.#settings.log.warn({ peer: host, sessions: this.#sessions.size }, 'a client was turned away');
    const control = new ControlConnection(socket);
    await control.send(reply(421, text));
    await control.close();
  }
}
