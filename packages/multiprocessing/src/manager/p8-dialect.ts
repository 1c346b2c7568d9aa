/** Between programs with p8: whatever a connection between them carries. */
import { cloneCodec } from '../connection/codec.ts';
import { withoutKeys } from './keys.ts';
import type { Dialect } from './wire.ts';

/** What the server says of itself when a channel is opened. Others say nothing. */
export const P8_SERVER = 'p8 1';
/** What a client then asks for, with the name of its program and thread. */
export const SPEAK_P8 = '#P8';

export const p8Dialect: Dialect = {
  encode: (message) => withoutKeys(() => cloneCodec.encode(message)),
  decode: (message) => cloneCodec.decode(message),
  decodeSync: (message) => cloneCodec.decodeSync(message),
};
