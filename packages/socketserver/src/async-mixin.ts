/** Serves all requests together, on this event loop. */
import type { Address } from '@p8/socket';
import type { BaseServer } from './base-server.ts';

/** What the mix-in adds to a server. */
export interface Concurrent {
  /** How many requests are being served. */
  readonly activeRequests: number;
}

/* oxlint-disable typescript/no-explicit-any -- TypeScript demands any[] of the constructor of a mix-in (TS2545) */
type ServerClass = new (...args: any[]) => BaseServer<any>;

/** What `AsyncMixIn(Base)` is: the base, with the members of the mix-in. */
export type AsyncServerClass<Base extends ServerClass> = Base &
  (new (...args: any[]) => Concurrent) & {
    /** Whether `serverClose` waits for the requests that are being served; true unless set. */
    blockOnClose: boolean;
  };
/* oxlint-enable typescript/no-explicit-any */

/** A server class whose requests are served all together rather than one after the other. */
export function AsyncMixIn<Base extends ServerClass>(Base: Base): AsyncServerClass<Base> {
  abstract class AsyncServer extends Base implements Concurrent {
    static blockOnClose = true;
    readonly #requests = new Set<Promise<void>>();

    get activeRequests(): number {
      return this.#requests.size;
    }

    override async processRequest(request: unknown, clientAddress: Address): Promise<void> {
      const served = this.serveRequest(request, clientAddress).catch((error: unknown) => this.fail(error));
      this.#requests.add(served);
      void served.then(() => this.#requests.delete(served));
    }

    override async serverClose(): Promise<void> {
      await super.serverClose();
      if ((this.constructor as typeof AsyncServer).blockOnClose) await Promise.all(this.#requests);
    }
  }
  return AsyncServer as unknown as AsyncServerClass<Base>;
}
