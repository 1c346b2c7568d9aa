/**
 * What serves one request: Python's `socketserver.BaseRequestHandler`.
 *
 * https://docs.python.org/3/library/socketserver.html#request-handler-objects
 */
import type { Address, Socket } from '@p8/socket';
import type { BaseServer } from './base-server.ts';

/**
 * May be overridden: `setup`, `handle`, `finish`, each plain or asynchronous. `finish` runs whenever `setup` succeeded,
 * also when `handle` throws. What they throw goes to the server's `handleError`.
 */
export class BaseRequestHandler<Request = Socket> {
  /** A connected socket, or for datagrams the packet and the server's socket. */
  readonly request: Request;
  readonly clientAddress: Address;
  readonly server: BaseServer<Request>;

  constructor(request: Request, clientAddress: Address, server: BaseServer<Request>) {
    this.request = request;
    this.clientAddress = clientAddress;
    this.server = server;
  }

  /** Called first. */
  setup(): void | Promise<void> {}

  /** The service. */
  handle(): void | Promise<void> {}

  /** Called last. */
  finish(): void | Promise<void> {}

  /** The three in order; called by the server. */
  async run(): Promise<void> {
    await this.setup();
    try {
      await this.handle();
    } finally {
      await this.finish();
    }
  }
}
