/** The keys of servers that this thread has to do with, by their addresses, so that a proxy that arrives finds its own. */
import type { ConnectionAddress } from '../connection/address.ts';
import { own } from '../process/own.ts';
import { textOf } from './token.ts';

const known = new Map<string, Uint8Array>();
let carried = true;

/** This key belongs to that server. */
export function rememberKey(address: ConnectionAddress, authkey: Uint8Array): void {
  known.set(textOf(address), authkey);
}

/** The key of a server: that of this program, unless another one was met. */
export function keyFor(address: ConnectionAddress): Uint8Array {
  return known.get(textOf(address)) ?? own.authkey;
}

/**
 * The key that a proxy takes along. None where it is this program's own, which the other processes of the program have, and none
 * to its own server: only a key that somebody chose, to somebody who could not know it.
 */
export function keyToCarry(address: ConnectionAddress): Uint8Array | undefined {
  const key = keyFor(address);
  return carried && !Buffer.from(key).equals(own.authkey) ? key : undefined;
}

/** Encodes something in which no key goes along: the receiver serves the objects, or has proved that it knows the key. */
export function withoutKeys<T>(encode: () => T): T {
  const before = carried;
  carried = false;
  try {
    return encode();
  } finally {
    carried = before;
  }
}
