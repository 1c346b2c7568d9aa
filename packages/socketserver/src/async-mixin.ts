/**
 * Handles all requests together on this event loop.
 *
 *     serveForever ─▶ getRequest ─▶ processRequest ─▶ at once the next getRequest
 *                                        └─▶ processRequestAsync (tracked) ─▶ serverClose waits for it, or drops it
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Address, Seconds } from '@p8/socket';
import type { BaseServer, ServerStatistics } from './base-server.ts';
import { mustEscape } from './must-escape.ts';
import { isSettledWithin } from './settled-within.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the language asks a mix-in for a constructor of any arguments
export type ServerClass = abstract new (...args: any[]) => BaseServer<any>;

/** What {@link AsyncMixIn} adds. */
export interface AsyncServer {
  /** Whether `serverClose` waits for the requests in hand, or drops them. The class's `blockOnClose` unless set. */
  blockOnClose: boolean;
  /** How many seconds `serverClose` waits for them before it drops them; null is no limit. The class's `drainTimeout` unless set. */
  drainTimeout: Seconds | null;
  /** How many requests are being handled. */
  readonly activeRequests: number;
  /** The life of one request, awaited by nobody but `serverClose`: handler, error, end. */
  processRequestAsync(request: unknown, clientAddress: Address): Promise<void>;
}

/** A class of servers after the mix-in. */
export type AsyncServerClass<Base extends ServerClass> = Base & {
  /** What new servers have; true. */
  blockOnClose: boolean;
  /** What new servers have; null. */
  drainTimeout: Seconds | null;
  // oxlint-disable-next-line typescript/no-explicit-any -- see ServerClass
} & (abstract new (...args: any[]) => AsyncServer);

/** The request whose handler is running, so that one that closes its own server does not wait for itself. */
const current = new AsyncLocalStorage<Promise<void>>();

/** `class MyServer extends AsyncMixIn(TCPServer) {}`: handlers run together, each for as long as it needs. */
export function AsyncMixIn<Base extends ServerClass>(Base: Base): AsyncServerClass<Base> {
  abstract class Async extends Base implements AsyncServer {
    static blockOnClose = true;
    static drainTimeout: Seconds | null = null;
    blockOnClose: boolean = (this.constructor as typeof Async).blockOnClose;
    drainTimeout: Seconds | null = (this.constructor as typeof Async).drainTimeout;
    readonly #requests = new Map<Promise<void>, unknown>();
    #dropping = false;

    get activeRequests(): number {
      return this.#requests.size;
    }

    override statistics(): ServerStatistics {
      return { ...super.statistics(), active: this.#requests.size };
    }

    override processRequest(request: unknown, clientAddress: Address): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#requests.set(promise, request);
      const ended = (): void => {
        this.#requests.delete(promise);
        resolve();
      };
      const task = current.run(promise, () => this.processRequestAsync(request, clientAddress));
      // what a handler may not swallow ends the serving, or, with nobody serving, the program
      void task.catch((error: unknown) => this.failServing(error)).finally(ended);
      return Promise.resolve();
    }

    async processRequestAsync(request: unknown, clientAddress: Address): Promise<void> {
      try {
        await this.finishRequest(request, clientAddress);
      } catch (error) {
        if (mustEscape(error)) throw error;
        if (!this.#dropping) await this.tellError(request, clientAddress, error);
      } finally {
        await this.shutdownRequest(request);
      }
    }

    override async serverClose(): Promise<void> {
      await super.serverClose();
      const own = current.getStore();
      const others = [...this.#requests].filter(([task]) => task !== own);
      const ended = Promise.all(others.map(([task]) => task));
      if (this.blockOnClose && (await isSettledWithin(ended, this.drainTimeout))) return;
      this.#dropping = true;
      await Promise.all(others.map(async ([task, request]) => this.#requests.has(task) && this.dropRequest(request)));
    }
  }
  return Async;
}
