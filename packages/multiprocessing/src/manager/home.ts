/** The objects of a server for proxies in the server itself: those that are held by other objects, or given to a method. */
import { RuntimeError } from '@p8/errors';
import { types } from 'node:util';
import { Caller } from './caller.ts';
import type { Counts } from './client-record.ts';
import type { ConnectionAddress } from '../connection/address.ts';
import type { Dispatcher } from './dispatcher.ts';
import { proxyFor } from './proxy-types.ts';
import type { Home } from './site.ts';
import type { Token } from './token.ts';
import { errorOf, Kind } from './wire.ts';
import type { Keywords, Reply } from './wire.ts';

export class ServerHome implements Home {
  readonly #dispatcher: Dispatcher;
  readonly #counts: Counts;
  readonly #address: () => ConnectionAddress;
  /** All code of the server is one. */
  readonly #self = new Caller();

  constructor(dispatcher: Dispatcher, counts: Counts, address: () => ConnectionAddress) {
    this.#dispatcher = dispatcher;
    this.#counts = counts;
    this.#address = address;
  }

  get address(): ConnectionAddress {
    return this.#address();
  }

  owns({ id }: Token): boolean {
    return this.#dispatcher.objects.has(id);
  }

  keep(ident: string): unknown {
    return this.#dispatcher.objects.get(ident);
  }

  async call(
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
  ): Promise<unknown> {
    return this.#outcome(await this.#dispatcher.call(this.#self, this.#counts, ident, method, args, keywords));
  }

  /** Raises RuntimeError for a call that waits: nobody else would be served. */
  callSync(ident: string, method: string, args: readonly unknown[], keywords: Keywords | undefined): unknown {
    const reply = this.#dispatcher.call(this.#self, this.#counts, ident, method, args, keywords);
    if (!types.isPromise(reply)) return this.#outcome(reply);
    throw new RuntimeError(`${method} waits, and this is the server itself, which nobody else could reach: await it`);
  }

  // a proxy in the server keeps its object by having it

  incref(): Promise<void> {
    return Promise.resolve();
  }

  increfSync(): void {}

  decref(): void {}

  #outcome([kind, content]: Reply): unknown {
    if (kind === Kind.return) return content;
    if (kind !== Kind.proxy) throw errorOf(kind, content);
    const [exposed, token] = content as [readonly string[], Token];
    return proxyFor(token, this, exposed);
  }
}
