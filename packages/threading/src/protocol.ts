/**
 * What a starter and its worker say to each other.
 *
 *     starter ── Start ──▶ worker        one thread to run
 *     starter ◀── Report ── worker       how it ended, and what still lives inside the worker
 */
import type { Entry } from './registry.ts';

export interface Start {
  readonly entry: Entry;
  readonly name: string;
  readonly daemon: boolean;
  /** Whether the starter has an excepthook of its own: then the worker leaves the failure to it. */
  readonly hooked: boolean;
  /** A {@link Content}, as `dump` made it. */
  readonly data: unknown;
}

/** What a thread is, in names that errors about it can use. */
export interface Content {
  /** A subclass of Thread, and its fields. */
  readonly type: Function | null;
  readonly fields: object | null;
  readonly target: ((...args: never) => unknown) | null;
  readonly args: readonly unknown[];
}

/** Threads that were started in a worker and are alive: none, only daemons, or such that the program must wait for. */
export type Holding = 'nothing' | 'daemons' | 'threads';

export type Report =
  | {
      readonly kind: 'ended';
      /** The error, as `dump` made it. */
      readonly failure?: unknown;
      /** Nothing that could be seen was left behind: the worker can run another thread. */
      readonly clean: boolean;
    }
  | { readonly kind: 'holding'; readonly holding: Holding }
  | { readonly kind: 'exited'; readonly code: number };
