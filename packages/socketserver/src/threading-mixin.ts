/**
 * Handles requests on worker threads.
 *
 *     server's thread   serveForever ─▶ getRequest ─▶ verifyRequest ─▶ processRequest ─▶ ring        handleError, shutdownRequest
 *                                                                                        │                   ▲
 *     any free thread                                                                    └─▶ processRequestThread ── an error
 *                                                                                             finishRequest, shutdownRequest
 *
 * https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingMixIn
 */
import { availableParallelism } from 'node:os';
import { ValueError } from '@p8/errors';
import { SOCK_DGRAM, Socket } from '@p8/socket';
import type { Address, Seconds, WaitOptions } from '@p8/socket';
import type { ServerClass } from './async-mixin.ts';
import type { ServerStatistics } from './base-server.ts';
import { Crew } from './crew.ts';
import type { Layout } from './crew.ts';
import { homeOf } from './home.ts';
import { isSettledWithin } from './settled-within.ts';
import { unlessAborted } from './unless-aborted.ts';

/** What a server with threads has done and is doing. */
export interface ThreadingStatistics extends ServerStatistics {
  /** Requests that no thread has taken yet. */
  readonly queued: number;
  /** Requests that found the queue full, with `whenFull: 'refuse'`. */
  readonly refused: number;
  readonly threads: readonly {
    readonly name: string;
    readonly active: number;
    readonly requests: number;
    readonly errors: number;
  }[];
}

/** What {@link ThreadingMixIn} adds. */
export interface ThreadingServer {
  /** Whether `serverClose` waits for the requests in hand, or drops them. The class's `blockOnClose` unless set. */
  blockOnClose: boolean;
  /** How many seconds `serverClose` waits for them before it drops them; null is no limit. The class's `drainTimeout` unless set. */
  drainTimeout: Seconds | null;
  /** How many requests wait for a thread or are being handled. */
  readonly activeRequests: number;
  /** The life of one request in its thread: handler and end. What it raises goes to `handleError`, on the server's thread. */
  processRequestThread(request: unknown, clientAddress: Address): Promise<void>;
  /** Called with a request for which there is no room. Ends it, unless overridden. */
  refuseRequest(request: unknown, clientAddress: Address): void | Promise<void>;
  statistics(): ThreadingStatistics;
}

/** What servers of a class with the mix-in have; to be overridden by static fields. */
export interface ThreadingOptions {
  /** Whether the program may end without the requests in hand, and `serverClose` does not wait for them. False. */
  daemonThreads: boolean;
  /** See {@link ThreadingServer.blockOnClose}. True. */
  blockOnClose: boolean;
  /** See {@link ThreadingServer.drainTimeout}. Null. */
  drainTimeout: Seconds | null;
  /**
   * The most threads. As many as there are processors are started as needed, further ones only when all are stuck in
   * handlers that block. Four more than there are processors, 32 at most.
   */
  maxThreads: number;
  /** How many requests a thread handles at once, as far as their handlers await. No limit. */
  requestsPerThread: number;
  /** How many requests may wait for a thread. 1024. */
  maxQueued: number;
  /** What is done when so many wait: no more is accepted for a while, or `refuseRequest` is called. `'wait'`. */
  whenFull: 'wait' | 'refuse';
  /**
   * After how many seconds a request is ended and `handleError` called with a TimeoutError; null is no limit. A handler that blocks its
   * thread costs the other requests of that thread too: its thread is terminated, a second later. Null.
   */
  requestTimeout: Seconds | null;
}

/** A class of servers after the mix-in. */
export type ThreadingServerClass<Base extends ServerClass> =
  // oxlint-disable-next-line typescript/no-explicit-any -- see ServerClass
  (abstract new (...args: any[]) => ThreadingServer) & ThreadingOptions & Base;

/** Requests in hand at once. Powers of two. */
const MOST_CONNECTIONS = 16_384;
const MOST_PACKETS = 1024;
/** Bytes of an address as text, and of a request that is neither connection nor packet. */
const ADDRESS_BYTES = 512;
const VALUE_BYTES = 4096;

/**
 * `class MyServer extends ThreadingMixIn(TCPServer) {}`: handlers run on worker threads, each for as long as it needs. Export the class
 * of the server and that of its handlers: threads import them.
 */
export function ThreadingMixIn<Base extends ServerClass>(Base: Base): ThreadingServerClass<Base> {
  abstract class Threading extends Base implements ThreadingServer {
    static daemonThreads = false;
    static blockOnClose = true;
    static drainTimeout: Seconds | null = null;
    static maxThreads: number = Math.min(32, availableParallelism() + 4);
    static requestsPerThread = Infinity;
    static maxQueued = 1024;
    static whenFull: 'wait' | 'refuse' = 'wait';
    static requestTimeout: Seconds | null = null;

    blockOnClose: boolean = optionsOf(this).blockOnClose;
    drainTimeout: Seconds | null = optionsOf(this).drainTimeout;
    #crew: Crew | undefined;
    #refused = 0;

    get activeRequests(): number {
      return #crew in this ? (this.#crew?.size ?? 0) : 0;
    }

    override statistics(): ThreadingStatistics {
      const { queued = 0, size = 0, threads = [] } = this.#crew ?? {};
      return { ...super.statistics(), active: size, queued, refused: this.#refused, threads };
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

    async processRequestThread(request: unknown, clientAddress: Address): Promise<void> {
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
      const { daemonThreads } = optionsOf(this);
      if (!this.blockOnClose) crew.drop();
      const wait = this.blockOnClose && !daemonThreads;
      const closed = crew.close(wait);
      if (!wait || (await isSettledWithin(closed, this.drainTimeout))) return;
      crew.drop();
      await closed;
    }

    #open(): Crew {
      if (this.#crew !== undefined) return this.#crew;
      const { requestTimeout, daemonThreads, maxThreads, maxQueued, requestsPerThread } = optionsOf(this);
      checkCount(maxThreads, 'maxThreads');
      checkCount(maxQueued, 'maxQueued');
      checkCount(requestsPerThread, 'requestsPerThread');
      this.#crew = new Crew(
        this,
        { requestTimeout, daemonThreads, maxThreads, maxQueued, requestsPerThread },
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
  return Threading;
}

/** The options of a server's class. */
export function optionsOf(server: object): ThreadingOptions {
  return server.constructor as unknown as ThreadingOptions;
}

async function roomIn(crew: Crew, signal: AbortSignal | undefined): Promise<void> {
  while (!crew.hasRoom) await unlessAborted(crew.waitForRoom(), signal);
}

/** Connections are few bytes and may be many; packets are the reverse. */
function layoutFor(server: object): Layout {
  const { socket } = server as { readonly socket?: unknown };
  if (!(socket instanceof Socket)) return { listener: undefined, slots: MOST_PACKETS, bytes: VALUE_BYTES };
  const { maxPacketSize = VALUE_BYTES } = server.constructor as { readonly maxPacketSize?: number };
  return socket.type === SOCK_DGRAM
    ? { listener: socket, slots: MOST_PACKETS, bytes: ADDRESS_BYTES + maxPacketSize }
    : { listener: socket, slots: MOST_CONNECTIONS, bytes: ADDRESS_BYTES };
}

function checkCount(count: number, name: string): void {
  if (!((Number.isInteger(count) || count === Infinity) && count > 0))
    throw new ValueError(`${name} must be a whole number from 1, not ${String(count)}`);
}
