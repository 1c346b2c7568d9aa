/**
 * Between programs with p8: messages are what a connection sends objects as. Descriptors stay out: a server would have to keep them.
 */
import { PicklingError } from '@p8/pickle';
import { cloneCodec } from '../connection/codec.ts';
import { withoutKeys } from './keys.ts';
import type { Dialect } from './wire.ts';

/** What the server says of itself when a channel is opened. Others say nothing. */
export const P8_SERVER = 'p8 1';
/** What a client then asks for, with the name of its thread. */
export const SPEAK_P8 = '#P8';

export const p8Dialect: Dialect = {
  encode(message) {
    const letter = withoutKeys(() => cloneCodec.encode(message));
    if (letter.descriptors.length > 0) {
      letter.failed();
      throw new PicklingError(
        'a descriptor cannot go to a manager, whose objects are copies: send it over a connection, or put it into a queue of processes',
      );
    }
    letter.sent();
    return letter.bytes;
  },
  decode: (message) => cloneCodec.decode(message, []),
  decodeSync: (message) => cloneCodec.decodeSync(message, []),
};
