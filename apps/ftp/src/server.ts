/** The server: accepts clients, keeps the limits, and ends them all when it is told to. */
import { OSError } from '@p8/errors';
import { AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, type Address, type Socket } from '@p8/socket';
import { AsyncTCPServer, BaseRequestHandler } from '@p8/socketserver';
import { ControlConnection } from './control-connection.ts';
import { type Endpoint, endpoint, formatEndpoint, isIPv6Host } from './peer.ts';
import { reply } from './replies.ts';
import { Session } from './session.ts';
import { type FtpServerOptions, type ServerSettings, settingsOf } from './settings.ts';

/** One client, for as long as its session lives. */
class SessionHandler extends BaseRequestHandler<Socket, Listener> {
  override handle(): Promise<void> {
    return this.server.serve(this.request);
  }
}

/** The listening side: an AsyncTCPServer whose handlers are sessions. */
class Listener extends AsyncTCPServer {
  static override allowReuseAddress = true;
  readonly serve: (socket: Socket) => Promise<void>;
  readonly #settings: ServerSettings;

  constructor(settings: ServerSettings, serve: (socket: Socket) => Promise<void>) {
    super([settings.host, settings.port], SessionHandler, false);
    this.#settings = settings;
    this.serve = serve;
    try {
      if (isIPv6Host(settings.host)) this.socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, settings.host !== '::');
      this.serverBind();
      this.serverActivate();
    } catch (error) {
      this.socket.close();
      throw error;
    }
  }

  override handleError(_request: Socket, clientAddress: Address, error: unknown): void {
    this.#settings.log.error({ err: error, peer: formatEndpoint(endpoint(clientAddress)) }, 'a session failed');
  }

  /** The session has closed its connection, with its own farewell. */
  override shutdownRequest(request: Socket): void {
    request.close();
  }
}

class ListenerOnIPv6 extends Listener {
  static override addressFamily: number = AF_INET6;
}

class ListenerOnIPv4 extends Listener {
  static override addressFamily: number = AF_INET;
}

/**
 * An FTP server. For callers: `serveForever`, `close` (or `await using`), `address`, `sessionCount`.
 */
export class FtpServer implements AsyncDisposable {
  readonly #settings: ServerSettings;
  readonly #listener: Listener;
  readonly #sessions = new Set<Session>();
  readonly #perAddress = new Map<string, number>();
  readonly #address: Endpoint;

  /** Listens. Raises OSError (EADDRINUSE, EACCES, …) when it cannot. */
  constructor(options: FtpServerOptions) {
    const settings = settingsOf(options);
    const Class = isIPv6Host(settings.host) ? ListenerOnIPv6 : ListenerOnIPv4;
    this.#settings = settings;
    this.#listener = new Class(settings, (socket) => this.#serve(socket));
    this.#address = endpoint(this.#listener.socket.getsockname());
  }

  /** Where it listens; the port is the real one, also when 0 was asked for. */
  get address(): Endpoint {
    return this.#address;
  }

  /** How many clients are connected now. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Serves until {@link FtpServer.close}; rejects when the listening socket fails. */
  serveForever(): Promise<void> {
    return this.#listener.serveForever();
  }

  /** Stops accepting, tells every client 421, and waits until all are gone. Again is fine. */
  async close(): Promise<void> {
    this.#listener.shutdown();
    for (const session of this.#sessions) void session.end(reply(421, 'The server is going down; good bye.'));
    await this.#listener.serverClose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
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
