/** What a crew is told by its server. */
import type { Address, Seconds, Socket } from '@p8/socket';

/** What the server's class says of its crew. */
export interface Terms {
  readonly most: number;
  readonly requestsPerMember: number;
  readonly mostRequests: number;
  readonly maxQueued: number;
  readonly requestTimeout: Seconds | null;
  /** Whether the program may end without the requests in hand. */
  readonly daemon: boolean;
}

/** The server, as its crew needs it. */
export interface Employer {
  shutdown(): void;
  serverClose(): Promise<void>;
}

/** What only the server itself may do. */
export interface Reaction {
  /** Handles the error of a request, and ends that. */
  requestFailed(request: unknown, clientAddress: Address, error: unknown): Promise<void>;
  /** No member can handle anything, for this reason. */
  cannotServe(error: unknown): void;
}

/** How a crew is laid out. */
export interface Layout {
  readonly listener: Socket | undefined;
  readonly slots: number;
  readonly room: number;
}
