/** Objects as CPython sends them. */
import { dump, load } from '@p8/pickle/cpython';
import type { Codec } from './codec.ts';

/**
 * The codec for peers in Python: `Client(address, { codec: pickleCodec })`. Classes that arrive are made only where
 * `allow` of @p8/pickle/cpython says so; nothing that arrives is executed here. There it is: Python trusts its peers.
 */
export const pickleCodec: Codec = {
  encode: (value) => dump(value),
  decode: (message) => load(message),
  decodeSync: (message) => load(message),
};
