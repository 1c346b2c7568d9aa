/** A server of stream connections: Python's `socketserver.TCPServer`. */
import { OSError } from '@p8/errors';
import type { Address, WaitOptions } from '@p8/socket';
import { AF_INET, AF_INET6, SHUT_WR, SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, Socket, SOL_SOCKET } from '@p8/socket';
import { BaseServer } from './base-server.ts';
import type { RequestHandlerClass } from './base-server.ts';

/**
 * For callers: what a {@link BaseServer} offers, and `socket`. May be overridden besides: `serverBind`. May be set in a
 * subclass: the static options.
 */
export class TCPServer<Request = Socket> extends BaseServer<Request> {
  static addressFamily: number = AF_INET;
  static socketType: number = SOCK_STREAM;
  /** How many connections the kernel keeps for us before it refuses more: the backlog of listen(2). */
  static requestQueueSize = 5;
  /** Bind although an earlier connection of the port has not quite ended: SO_REUSEADDR. */
  static allowReuseAddress = false;
  /** Share the port with other servers that allow it: SO_REUSEPORT, Internet families only. */
  static allowReusePort = false;

  /** The socket that requests come from. */
  readonly socket: Socket;

  /**
   * Binds to `serverAddress` and listens, unless `bindAndActivate` is false. Raises the OSError of bind(2) or listen(2)
   * and leaves no socket behind then.
   */
  constructor(serverAddress: Address, RequestHandlerClass: RequestHandlerClass<Request>, bindAndActivate = true) {
    super(serverAddress, RequestHandlerClass);
    const { addressFamily, socketType } = this.constructor as typeof TCPServer;
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

  /** Binds the socket; `serverAddress` is the real address from then on. */
  serverBind(): void {
    const { addressFamily, allowReuseAddress, allowReusePort } = this.constructor as typeof TCPServer;
    if (allowReuseAddress) this.socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, true);
    const isInternet = addressFamily === AF_INET || addressFamily === AF_INET6;
    if (allowReusePort && isInternet) this.socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, true);
    this.socket.bind(this.serverAddress);
    this.serverAddress = this.socket.getsockname();
  }

  override serverActivate(): void {
    this.socket.listen((this.constructor as typeof TCPServer).requestQueueSize);
  }

  /** Closes the listener. The path of a unix socket stays, as in Python: whoever made it removes it. */
  override async serverClose(): Promise<void> {
    this.socket.close();
  }

  override fileno(): number {
    return this.socket.fileno();
  }

  override getRequest(options?: WaitOptions): Promise<[Request, Address]> {
    return this.socket.accept(options) as Promise<[unknown, Address]> as Promise<[Request, Address]>;
  }

  override shutdownRequest(request: Request): void {
    if (request instanceof Socket) {
      try {
        request.shutdown(SHUT_WR);
      } catch (error) {
        // closed by the handler, or by the peer
        if (!(error instanceof OSError)) throw error;
      }
    }
    this.closeRequest(request);
  }

  override closeRequest(request: Request): void {
    if (request instanceof Socket) request.close();
  }
}
