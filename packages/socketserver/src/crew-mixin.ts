/**
 * What servers with threads and servers with processes have in common: requests are handled elsewhere, by a crew.
 *
 *     where it serves   serveForever ─▶ getRequest ─▶ verifyRequest ─▶ processRequest ─▶ crew.ts       handleError, shutdownRequest
 *                                                                                        │                     ▲
 *     a free member                                                                      └─▶ processRequestHere ── an error
 *                                                                                            finishRequest, shutdownRequest
 */
import { ValueError } from '@p8/errors';
import { SOCK_DGRAM, Socket } from '@p8/socket';
import type { Address, Seconds, WaitOptions } from '@p8/socket';
import type { ServerClass } from './async-mixin.ts';
import type { ServerStatistics } from './base-server.ts';
import { Crew } from './crew.ts';
import { homeOf } from './home.ts';
import type { Member, MemberStatistics, Trade } from './member.ts';
import { isSettledWithin } from './settled-within.ts';
import type { Layout, Terms } from './terms.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What a server with a crew has done and is doing. */
export interface CrewStatistics extends ServerStatistics {
  /** Requests that nobody has taken yet. */
  readonly queued: number;
  /** Requests that found the queue full, with `whenFull: 'refuse'`. */
  readonly refused: number;
}

/** What both mix-ins add. */
export interface CrewServer {
  /** Whether `serverClose` waits for the requests in hand, or drops them. The class's `blockOnClose` unless set. */
  blockOnClose: boolean;
  /** How many seconds `serverClose` waits for them before it drops them; null is no limit. The class's `drainTimeout` unless set. */
  drainTimeout: Seconds | null;
  /** How many requests wait or are being handled. */
  readonly activeRequests: number;
  /** Called with a request for which there is no room. Ends it, unless overridden. */
  refuseRequest(request: unknown, clientAddress: Address): void | Promise<void>;
}

/** What servers of a class with one of the mix-ins have; to be overridden by static fields. */
export interface CrewOptions {
  /** See {@link CrewServer.blockOnClose}. True. */
  blockOnClose: boolean;
  /** See {@link CrewServer.drainTimeout}. Null. */
  drainTimeout: Seconds | null;
  /** How many requests may wait for somebody free. 1024. */
  maxQueued: number;
  /** What is done when so many wait: no more is accepted for a while, or `refuseRequest` is called. `'wait'`. */
  whenFull: 'wait' | 'refuse';
  /**
   * After how many seconds a request is ended and `handleError` called with a TimeoutError; null is no limit. A handler that
   * blocks costs the other requests of its thread or process too: that is ended, a second later. Null.
   */
  requestTimeout: Seconds | null;
}

/** Requests in hand at once. */
const MOST_CONNECTIONS = 16_384;
const MOST_PACKETS = 1024;
/** Bytes of a connection's address, and what stands around a packet; of a request that is neither. */
const FRAME_BYTES = 1024;
const VALUE_BYTES = 32_768;

interface CrewBase<Kind extends Member> extends CrewServer {
  /** The life of one request where it is handled: handler and end. */
  processRequestHere(request: unknown, clientAddress: Address): Promise<void>;
  statistics(): CrewStatistics;
  memberStatistics(): (MemberStatistics & { readonly member: Kind })[];
}

type CrewServerClass<Base extends ServerClass, Kind extends Member> =
  // oxlint-disable-next-line typescript/no-explicit-any -- see ServerClass
  (abstract new (...args: any[]) => CrewBase<Kind>) & CrewOptions & Base;

/** A class of servers with a crew, whose members are of this kind. Says what it needs in `terms`, once it needs one. */
export function CrewMixIn<Base extends ServerClass, Memory, Kind extends Member>(
  Base: Base,
  trade: Trade<Memory, Kind>,
  terms: (server: object) => Omit<Terms, 'maxQueued' | 'requestTimeout'>,
): CrewServerClass<Base, Kind> {
  abstract class Crewed extends Base implements CrewBase<Kind> {
    static blockOnClose = true;
    static drainTimeout: Seconds | null = null;
    static maxQueued = 1024;
    static whenFull: 'wait' | 'refuse' = 'wait';
    static requestTimeout: Seconds | null = null;

    blockOnClose: boolean = optionsOf(this).blockOnClose;
    drainTimeout: Seconds | null = optionsOf(this).drainTimeout;
    #crew: Crew<Kind> | undefined;
    #refused = 0;

    get activeRequests(): number {
      return #crew in this ? (this.#crew?.size ?? 0) : 0;
    }

    override statistics(): CrewStatistics {
      const { queued = 0, size = 0 } = this.#crew ?? {};
      return { ...super.statistics(), active: size, queued, refused: this.#refused };
    }

    memberStatistics(): (MemberStatistics & { readonly member: Kind })[] {
      return this.#crew?.statistics ?? [];
    }

    protected override awaitRoom({ signal }: WaitOptions): Promise<void> | undefined {
      const crew = this.#open();
      return crew.hasRoom || optionsOf(this).whenFull === 'refuse' ? undefined : roomIn(crew, signal);
    }

    override async processRequest(request: unknown, clientAddress: Address): Promise<void> {
      const crew = this.#open();
      if (crew.hasRoom) return crew.give(request, clientAddress);
      this.#refused++;
      await this.refuseRequest(request, clientAddress);
    }

    async processRequestHere(request: unknown, clientAddress: Address): Promise<void> {
      await this.finishRequest(request, clientAddress);
      await this.shutdownRequest(request);
    }

    async refuseRequest(request: unknown, _clientAddress: Address): Promise<void> {
      await this.shutdownRequest(request);
    }

    override shutdown(): void {
      const home = homeOf(this);
      if (home === undefined) super.shutdown();
      else home.shutdown();
    }

    override async serverClose(): Promise<void> {
      const home = homeOf(this);
      if (home !== undefined) return home.serverClose();
      await super.serverClose();
      const crew = this.#crew;
      if (crew === undefined) return;
      const { daemon } = terms(this);
      if (!this.blockOnClose) crew.drop();
      const wait = this.blockOnClose && !daemon;
      const closed = crew.close(wait);
      if (!wait || (await isSettledWithin(closed, this.drainTimeout))) return;
      crew.drop();
      await closed;
    }

    #open(): Crew<Kind> {
      if (this.#crew !== undefined) return this.#crew;
      const { requestTimeout, maxQueued } = optionsOf(this);
      checkCount(maxQueued, 'maxQueued');
      this.#crew = new Crew(
        this,
        trade,
        { ...terms(this), requestTimeout, maxQueued },
        {
          requestFailed: (request, clientAddress, error) => this.#requestFailed(request, clientAddress, error),
          cannotServe: (error) => this.failServing(error),
        },
        layoutFor(this),
      );
      return this.#crew;
    }

    async #requestFailed(request: unknown, clientAddress: Address, error: unknown): Promise<void> {
      try {
        await this.tellError(request, clientAddress, error);
      } catch (raised) {
        this.failServing(raised);
      } finally {
        await this.shutdownRequest(request);
      }
    }
  }
  return Crewed;
}

/** Raises ValueError for an option that is no count. */
export function checkCount(count: number, name: string): void {
  if (!((Number.isInteger(count) || count === Infinity) && count > 0))
    throw new ValueError(`${name} must be a whole number from 1, not ${String(count)}`);
}

function optionsOf(server: object): CrewOptions {
  return server.constructor as unknown as CrewOptions;
}

async function roomIn(crew: Crew<Member>, signal: AbortSignal | undefined): Promise<void> {
  while (!crew.hasRoom) await unlessAborted(crew.waitForRoom(), signal);
}

/** Connections are few bytes and may be many; packets are the reverse. */
function layoutFor(server: object): Layout {
  const { socket } = server as { readonly socket?: unknown };
  if (!(socket instanceof Socket)) return { listener: undefined, slots: MOST_PACKETS, room: VALUE_BYTES };
  const { maxPacketSize = VALUE_BYTES } = server.constructor as { readonly maxPacketSize?: number };
  return socket.type === SOCK_DGRAM
    ? { listener: socket, slots: MOST_PACKETS, room: FRAME_BYTES + maxPacketSize }
    : { listener: socket, slots: MOST_CONNECTIONS, room: FRAME_BYTES };
}
