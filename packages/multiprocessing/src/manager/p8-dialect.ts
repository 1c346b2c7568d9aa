/**
 * Between programs with p8: plain data as the queues of threads write it, which is several times faster than the platform's clone, and
 * everything else as a connection sends it. Descriptors stay out: a server would have to keep them.
 */
import { PicklingError } from '@p8/pickle';
import { PLAIN, PlainCodec, Record } from '@p8/threading/engine';
import { cloneCodec } from '../connection/codec.ts';
import { withoutKeys } from './keys.ts';
import type { Dialect } from './wire.ts';

/** What the server says of itself when a channel is opened. Others say nothing. */
export const P8_SERVER = 'p8 1';
/** What a client then asks for, with the name of its thread. */
export const SPEAK_P8 = '#P8';

/** The first byte of plain data, where the platform's clone has another one. */
const IS_PLAIN = 1;
/** The longest plain data: what is longer gains nothing. */
const LONGEST_PLAIN = 16 * 1024;

const plain = new PlainCodec();
const record = new Record();
record.kind = PLAIN;

export const p8Dialect: Dialect = {
  encode(message) {
    if (!plain.write(record, message, LONGEST_PLAIN)) return cloned(message);
    const bytes = Buffer.allocUnsafe(1 + record.value);
    bytes[0] = IS_PLAIN;
    record.bytes.copy(bytes, 1, 0, record.value);
    return bytes;
  },
  decode: (message) => (message[0] === IS_PLAIN ? plainIn(message) : cloneCodec.decode(message, [])),
  decodeSync: (message) => (message[0] === IS_PLAIN ? plainIn(message) : cloneCodec.decodeSync(message, [])),
};

function plainIn(message: Buffer): unknown {
  const length = message.length - 1;
  record.reserve(length);
  message.copy(record.bytes, 0, 1);
  record.value = length;
  return plain.read(record);
}

function cloned(message: unknown): Uint8Array {
  const letter = withoutKeys(() => cloneCodec.encode(message));
  if (letter.descriptors.length > 0) {
    letter.failed();
    throw new PicklingError(
      'a descriptor cannot go to a manager, whose objects are copies: send it over a connection, or put it into a queue of processes',
    );
  }
  letter.sent();
  return letter.bytes;
}
