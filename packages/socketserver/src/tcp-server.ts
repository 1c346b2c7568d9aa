/** A server of connections. */
import { OSError, suppress } from '@p8/errors';
import {
  AF_INET,
  AF_INET6,
  SHUT_RDWR,
  SHUT_WR,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from '@p8/socket';
import type { Address, WaitOptions } from '@p8/socket';
import { BaseServer } from './base-server.ts';
import type { RequestHandlerClass } from './base-server.ts';
import { connectionOf, withTls } from './secure.ts';
import type { ServerTls } from './secure.ts';

/**
 * Handles TCP connections, one after another; `AsyncTCPServer` handles them together. The base of all servers on
 * sockets, so that `Request` is a parameter: a `Socket` here, a packet and its socket in `UDPServer`.
 *
 * For callers: see `BaseServer`; `socket`, `fileno`.
 * To be overridden: see `BaseServer`; `serverBind`, `serverActivate`, and the static fields.
 */
export class TCPServer<Request = Socket> extends BaseServer<Request> {
  static addressFamily: number = AF_INET;
  static socketType: number = SOCK_STREAM;
  /** How many connections wait to be accepted: the backlog of listen(2). */
  static requestQueueSize = 5;
  /** Takes a port that a server left a minute ago (SO_REUSEADDR). */
  static allowReuseAddress = false;
  /** Shares a port with other servers that allow it (SO_REUSEPORT); for internet addresses only. */
  static allowReusePort = false;

  /** What new servers have as {@link tls}. */
  static tls: ServerTls | null = null;

  /** What listens. */
  readonly socket: Socket;
  /**
   * Puts each connection under TLS before its handler gets it, as a `TlsSocket`: `{ key, cert }`, and what else `wrapTls`
   * takes. Null: no TLS. The class's `tls` unless set. A handshake that fails goes to `handleError`.
   */
  tls: ServerTls | null = classOf(this).tls;

  /**
   * Binds to the address and listens, unless `bindAndActivate` is false: then call `serverBind` and `serverActivate`. A
   * socket instead of the address is one that is ready, such as `listenFds` gives; it is the server's from now on. Raises the OSError of bind(2) or listen(2), with the socket closed. Overridden steps are called before the fields of
   * a subclass exist.
   */
  constructor(
    serverAddress: Address | Socket,
    RequestHandlerClass: RequestHandlerClass<Request>,
    bindAndActivate = true,
  ) {
    super(serverAddress instanceof Socket ? serverAddress.getsockname() : serverAddress, RequestHandlerClass);
    if (serverAddress instanceof Socket) {
      this.socket = serverAddress;
      return;
    }
    const { addressFamily, socketType } = classOf(this);
    this.socket = new Socket(addressFamily, socketType);
    if (!bindAndActivate) return;
    try {
      this.serverBind();
      this.serverActivate();
    } catch (error) {
      this.socket.close();
      throw error;
    }
  }

  /** Binds the socket, and puts the real address into `serverAddress`. */
  serverBind(): void {
    const { addressFamily, allowReuseAddress, allowReusePort } = classOf(this);
    if (allowReuseAddress) this.socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    // unix sockets refuse it since Linux 6.12
    if (allowReusePort && (addressFamily === AF_INET || addressFamily === AF_INET6))
      this.socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    this.socket.bind(this.serverAddress);
    this.serverAddress = this.socket.getsockname();
  }

  override serverActivate(): void {
    this.socket.listen(classOf(this).requestQueueSize);
  }

  /** The descriptor that listens; -1 when closed. */
  fileno(): number {
    return this.socket.fileno();
  }

  override async getRequest(options: WaitOptions = this.waiting): Promise<[request: Request, clientAddress: Address]> {
    // Python's diagram has UDPServer below TCPServer: a subclass with another request overrides this, as UDPServer does
    return (await this.socket.accept(options)) as [unknown, Address] as [Request, Address];
  }

  override async finishRequest(request: Request, clientAddress: Address): Promise<void> {
    if (this.tls === null || !(request instanceof Socket)) return await super.finishRequest(request, clientAddress);
    await withTls(request, this.tls, (secure) => super.finishRequest(secure as Request, clientAddress));
  }

  /** Tells the client that no more comes, then closes. */
  override shutdownRequest(request: Request): void | Promise<void> {
    return endRequest(this, request, SHUT_WR);
  }

  override closeRequest(request: Request): void | Promise<void> {
    connectionOf(request)?.close();
  }

  /** Ends both directions, so that a handler at work sees the end of the stream. */
  override dropRequest(request: Request): void | Promise<void> {
    return endRequest(this, request, SHUT_RDWR);
  }

  /** Shuts the server down and closes its socket, before it returns. The file of a unix address stays, as in Python. */
  override serverClose(): Promise<void> {
    const closed = super.serverClose();
    this.socket.close();
    return closed;
  }

  override getState(): Record<string, unknown> {
    const { socket: _socket, ...state } = super.getState();
    return state;
  }
}

// an image of the server in a thread has no private methods

function classOf(server: object): typeof TCPServer {
  return server.constructor as typeof TCPServer;
}

function endRequest<Request>(server: TCPServer<Request>, request: Request, how: number): void | Promise<void> {
  // the peer may be gone, or the handler may have closed the socket
  suppress(OSError, () => connectionOf(request)?.shutdown(how));
  return server.closeRequest(request);
}
