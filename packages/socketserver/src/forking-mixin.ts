/**
 * Handles requests in worker processes, which are kept warm and receive the accepted descriptor: see `crew-mixin.ts` for the drawing.
 *
 * https://docs.python.org/3/library/socketserver.html#socketserver.ForkingMixIn
 */
import type { Address, Seconds } from '@p8/socket';
import type { ServerClass } from './async-mixin.ts';
import { checkCount, CrewMixIn } from './crew-mixin.ts';
import type { CrewOptions, CrewServer, CrewStatistics } from './crew-mixin.ts';
import type { MemberStatistics } from './member.ts';
import { processes } from './server-process.ts';
import type { Terms } from './terms.ts';

/** What a server with processes has done and is doing. */
export interface ForkingStatistics extends CrewStatistics {
  readonly children: readonly (MemberStatistics & { readonly pid: number })[];
}

/** What {@link ForkingMixIn} adds. */
export interface ForkingServer extends CrewServer {
  /** The ids of its processes. */
  readonly activeChildren: ReadonlySet<number>;
  /** The life of one request in its process: handler and end. What it raises goes to `handleError`, where the server serves. */
  processRequestChild(request: unknown, clientAddress: Address): Promise<void>;
  statistics(): ForkingStatistics;
}

/** What servers of a class with the mix-in have; to be overridden by static fields. */
export interface ForkingOptions extends CrewOptions {
  /**
   * The most processes. As many as there are processors are started as needed, further ones only when all are stuck in
   * handlers that block. 40, as in Python.
   */
  maxChildren: number;
  /** How many requests a process handles at once, as far as their handlers await; 1 gives each a process of its own. No limit. */
  requestsPerChild: number;
  /** After how many requests a process ends and another takes its place, for handlers that leave something behind. No limit. */
  maxRequestsPerChild: number;
}

/** A class of servers after the mix-in. */
export type ForkingServerClass<Base extends ServerClass> =
  // oxlint-disable-next-line typescript/no-explicit-any -- see ServerClass
  (abstract new (...args: any[]) => ForkingServer) & ForkingOptions & Base;

/**
 * `class MyServer extends ForkingMixIn(TCPServer) {}`: handlers run in processes of their own, which may crash. Export the class of
 * the server and that of its handlers: processes import them.
 */
export function ForkingMixIn<Base extends ServerClass>(Base: Base): ForkingServerClass<Base> {
  abstract class Forking extends CrewMixIn(Base, processes, termsOf) implements ForkingServer {
    static maxChildren = 40;
    static requestsPerChild = Infinity;
    static maxRequestsPerChild = Infinity;

    /** As in Python. */
    override timeout: Seconds | null = 300;

    get activeChildren(): ReadonlySet<number> {
      return new Set(this.statistics().children.map(({ pid }) => pid));
    }

    override statistics(): ForkingStatistics {
      const members = this.memberStatistics();
      return { ...super.statistics(), children: members.map(({ member: { id }, ...rest }) => ({ ...rest, pid: id })) };
    }

    processRequestChild(request: unknown, clientAddress: Address): Promise<void> {
      return this.processRequestHere(request, clientAddress);
    }
  }
  return Forking;
}

function termsOf(server: object): Omit<Terms, 'maxQueued' | 'requestTimeout'> {
  const { maxChildren, requestsPerChild, maxRequestsPerChild } = server.constructor as unknown as ForkingOptions;
  checkCount(maxChildren, 'maxChildren');
  checkCount(requestsPerChild, 'requestsPerChild');
  checkCount(maxRequestsPerChild, 'maxRequestsPerChild');
  return {
    daemon: false,
    most: maxChildren,
    requestsPerMember: requestsPerChild,
    mostRequests: maxRequestsPerChild,
  };
}
