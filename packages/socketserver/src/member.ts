/** What a crew knows of its members, wherever those are. */
import type { Connection } from '@p8/multiprocessing';
import type { Seconds, Socket } from '@p8/socket';
import type { Report } from './request-loop.ts';

/** What a server gives to a member; the sockets stay its own. */
export interface Employment<Memory> {
  readonly memory: Memory;
  readonly place: number;
  readonly server: object;
  /** Where requests come out. */
  readonly incoming: Socket;
  /** Of the largest request, with its address. */
  readonly room: number;
  /** The member's end of its line. */
  readonly far: Socket;
  readonly answering: Socket | undefined;
  readonly requestTimeout: Seconds | null;
  readonly mostRequests: number;
}

/** One of the crew. */
export interface Member {
  readonly name: string;
  /** Resolves when it has ended, with the error that ended it, or null. Does not keep the program alive. */
  readonly end: Promise<unknown>;
  /** Ends it wherever it is. */
  terminate(): void;
}

/** What members are: threads or processes. */
export interface Trade<Memory, Kind extends Member> {
  /** Memory for the table, which can be given to members. */
  allocate(bytes: number): Memory;
  /** Its words. */
  bufferOf(memory: Memory): ArrayBufferLike;
  /** Whether members know descriptors of the server by their numbers. */
  readonly sharesDescriptors: boolean;
  /** Starts a member; `silent` resolves when nothing more can come from it. */
  hire(employment: Employment<Memory>, line: Connection<Report, unknown>, silent: Promise<unknown>): Kind;
}

/** What a member does and did. */
export interface MemberStatistics {
  readonly name: string;
  readonly active: number;
  readonly requests: number;
  readonly errors: number;
}
