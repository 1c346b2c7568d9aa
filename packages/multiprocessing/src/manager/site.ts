/** Where the objects of a manager are, for its proxies: another process, or this one, if it is the server. */
import type { WaitOptions } from '@p8/threading';
import type { ConnectionAddress } from '../connection/address.ts';
import type { Token } from './token.ts';
import type { Keywords } from './wire.ts';

/** What a call takes beside its arguments. */
export interface CallOptions extends WaitOptions {
  /** Whether the method may wait for others, as `acquire` does; other calls then never stand behind it. Default: true. */
  readonly waits?: boolean | undefined;
}

export interface Site {
  readonly address: ConnectionAddress;
  /** The result of a method, or a proxy of it. Rejects with the error that it raised, RemoteError, TimeoutError, BrokenPipeError. */
  call(
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
    options: CallOptions,
  ): Promise<unknown>;
  callSync(
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
    options: Pick<CallOptions, 'timeout'>,
  ): unknown;
  /** What keeps the object alive for as long as somebody has it, if it is here. */
  keep(ident: string): unknown;
  /** One reference more. Rejects with KeyError for an object that is gone. */
  incref(ident: string): Promise<void>;
  increfSync(ident: string): void;
  /** One reference less, soon. Never fails: a server that is gone has no objects. */
  decref(ident: string): void;
}

/** A process that serves objects. */
export interface Home extends Site {
  owns(token: Token): boolean;
}

const homes = new Set<Home>();
let connect: (address: ConnectionAddress) => Site;

/** This process serves objects from now on; comes back: what ends that. */
export function serveAt(home: Home): () => void {
  homes.add(home);
  return () => void homes.delete(home);
}

/** How sites in other processes are reached. */
export function reachBy(way: (address: ConnectionAddress) => Site): void {
  connect = way;
}

/** Where an object is. */
export function siteOf(token: Token): Site {
  for (const home of homes) if (home.owns(token)) return home;
  return connect(token.address);
}
