/**
 * What is done for one request. A server makes a handler for each request and runs it: setup, handle, finish.
 *
 * https://docs.python.org/3/library/socketserver.html#request-handler-objects
 */
import type { Address, Socket } from '@p8/socket';
import type { BaseServer } from './base-server.ts';

/**
 * The base of handlers. `Request` is a connection unless given, `Server` the class whose fields the handler needs.
 *
 * To be overridden: `setup`, `handle`, `finish`; each may return a promise.
 */
export class BaseRequestHandler<Request = Socket, Server = BaseServer<Request>> {
  readonly request: Request;
  readonly clientAddress: Address;
  readonly server: Server;

  constructor(request: Request, clientAddress: Address, server: Server) {
    this.request = request;
    this.clientAddress = clientAddress;
    this.server = server;
  }

  /**
   * Called by the server: `setup`, then `handle`, then `finish`, which runs whenever `setup` succeeded. Python's constructor
   * does this; here it may have to wait. Rejects with what a step threw.
   */
  async run(): Promise<void> {
    await this.setup();
    try {
      await this.handle();
    } finally {
      await this.finish();
    }
  }

  /** Comes before {@link handle}. Does nothing unless overridden. */
  setup(): void | Promise<void> {}

  /** The service. Does nothing unless overridden. */
  handle(): void | Promise<void> {}

  /** Comes after {@link handle}, also when that failed; not when {@link setup} failed. Does nothing unless overridden. */
  finish(): void | Promise<void> {}
}
