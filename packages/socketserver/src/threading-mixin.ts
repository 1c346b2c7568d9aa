/**
 * Handles requests on worker threads: see `crew-mixin.ts` for the drawing.
 *
 * https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingMixIn
 */
import { availableParallelism } from 'node:os';
import type { Address } from '@p8/socket';
import type { ServerClass } from './async-mixin.ts';
import { checkCount, CrewMixIn } from './crew-mixin.ts';
import type { CrewOptions, CrewServer, CrewStatistics } from './crew-mixin.ts';
import type { MemberStatistics } from './member.ts';
import { threads } from './server-thread.ts';
import type { Terms } from './terms.ts';

/** What a server with threads has done and is doing. */
export interface ThreadingStatistics extends CrewStatistics {
  readonly threads: readonly MemberStatistics[];
}

/** What {@link ThreadingMixIn} adds. */
export interface ThreadingServer extends CrewServer {
  /** The life of one request in its thread: handler and end. What it raises goes to `handleError`, on the server's thread. */
  processRequestThread(request: unknown, clientAddress: Address): Promise<void>;
  statistics(): ThreadingStatistics;
}

/** What servers of a class with the mix-in have; to be overridden by static fields. */
export interface ThreadingOptions extends CrewOptions {
  /** Whether the program may end without the requests in hand, and `serverClose` does not wait for them. False. */
  daemonThreads: boolean;
  /**
   * The most threads. As many as there are processors are started as needed, further ones only when all are stuck in
   * handlers that block. Four more than there are processors, 32 at most.
   */
  maxThreads: number;
  /** How many requests a thread handles at once, as far as their handlers await. No limit. */
  requestsPerThread: number;
}

/** A class of servers after the mix-in. */
export type ThreadingServerClass<Base extends ServerClass> =
  // oxlint-disable-next-line typescript/no-explicit-any -- see ServerClass
  (abstract new (...args: any[]) => ThreadingServer) & ThreadingOptions & Base;

/**
 * `class MyServer extends ThreadingMixIn(TCPServer) {}`: handlers run on worker threads, each for as long as it needs. Export the class
 * of the server and that of its handlers: threads import them.
 */
export function ThreadingMixIn<Base extends ServerClass>(Base: Base): ThreadingServerClass<Base> {
  abstract class Threading extends CrewMixIn(Base, threads, termsOf) implements ThreadingServer {
    static daemonThreads = false;
    static maxThreads: number = Math.min(32, availableParallelism() + 4);
    static requestsPerThread = Infinity;

    override statistics(): ThreadingStatistics {
      const members = this.memberStatistics();
      return { ...super.statistics(), threads: members.map(({ member: _member, ...numbers }) => numbers) };
    }

    processRequestThread(request: unknown, clientAddress: Address): Promise<void> {
      return this.processRequestHere(request, clientAddress);
    }
  }
  return Threading;
}

function termsOf(server: object): Omit<Terms, 'maxQueued' | 'requestTimeout'> {
  const { daemonThreads, maxThreads, requestsPerThread } = server.constructor as unknown as ThreadingOptions;
  checkCount(maxThreads, 'maxThreads');
  checkCount(requestsPerThread, 'requestsPerThread');
  return { daemon: daemonThreads, most: maxThreads, requestsPerMember: requestsPerThread, mostRequests: Infinity };
}
