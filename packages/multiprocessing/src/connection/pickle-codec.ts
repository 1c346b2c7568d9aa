/** Objects as CPython sends them. */
import { dump, load } from '@p8/pickle/cpython';
import { importable, reduce } from '@p8/pickle';
import type { Reducible } from '@p8/pickle';
import type { Codec } from './codec.ts';

/**
 * The codec for peers in Python: `Client(address, { codec: pickleCodec })`. Classes that arrive are made only where
 * `allow` of @p8/pickle/cpython says so; nothing that arrives is executed here. There it is: Python trusts its peers.
 */
export const pickleCodec: Codec & Reducible = {
  encode: (value) => dump(value),
  decode: (message) => load(message),
  decodeSync: (message) => load(message),
  // in another thread or process it is the one there
  [reduce]: () => [givePickleCodec, []],
};

/** For a connection that arrives. */
export function givePickleCodec(): Codec {
  return pickleCodec;
}

// in a bundle nobody exports it
importable(import.meta, { givePickleCodec });
