/** How objects become the bytes of a message, and objects again. */
import { deserialize, serialize } from 'node:v8';
import { OSError } from '@p8/errors';
import { dump, load, loadSync, PicklingError } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { PLAIN, PlainCodec, Record } from '@p8/threading/engine';
import type { Letter } from './letter.ts';

/** What a connection sends objects with. Both sides must have the same. */
export interface Codec {
  /** The bytes of an object, or a letter of bytes and descriptors. Raises PicklingError for what cannot be sent. */
  encode(value: unknown): Uint8Array | Letter;
  /**
   * The object, or a promise of it: it may need modules that are not loaded yet. Of the descriptors that came along, those that
   * it leaves in the array are closed.
   */
  decode(message: Buffer, descriptors: number[]): unknown;
  /** The same at once. */
  decodeSync(message: Buffer, descriptors: number[]): unknown;
}

interface CloneCodec extends Codec {
  /** @param name what the value is called in errors */
  encode(value: unknown, name?: string): Letter;
}

/** What the bytes of V8's serialisation begin with. A smaller number before them is how many descriptors they need. */
const BARE = 0xff;
/** Before plain data as the queues of threads write it, several times faster; what is longer gains nothing. */
const IS_PLAIN = 0xfe;
const LONGEST_PLAIN = 16 * 1024;
const EMFILE = 24;

/**
 * The codec between programs with p8: whatever the structured clone takes, functions and classes by reference, errors whole,
 * and objects with `[reduce]`, descriptors included. It imports modules that the sender names: connect only to programs that
 * you trust.
 */
export const cloneCodec: CloneCodec = {
  encode(value, name = 'obj') {
    if (plain.writeBytes(record, value, LONGEST_PLAIN)) return plainLetter();
    const parcel = dump(value, name, 'process');
    try {
      return letterOf(parcel, serialize(parcel.data));
    } catch (error) {
      parcel.failed();
      const { message } = error as Error;
      throw new PicklingError(
        `${message.replace(/\.$/, '')}: it belongs to this process, and cannot go to another one`,
        { cause: error },
      );
    }
  },
  decode: (message, descriptors) =>
    message[0] === IS_PLAIN ? plainIn(message) : load(deserialize(bytesOf(message, descriptors)), descriptors),
  decodeSync: (message, descriptors) =>
    message[0] === IS_PLAIN ? plainIn(message) : loadSync(deserialize(bytesOf(message, descriptors)), descriptors),
};

const plain = new PlainCodec();
const record = new Record();
const NONE: readonly never[] = [];

function plainLetter(): Letter {
  const bytes = Buffer.allocUnsafe(1 + record.value);
  bytes[0] = IS_PLAIN;
  record.bytes.copy(bytes, 1, 0, record.value);
  return { bytes, descriptors: NONE, sent: nothing, failed: nothing };
}

function plainIn(message: Buffer): unknown {
  record.fill(PLAIN, message.subarray(1));
  return plain.read(record);
}

function nothing(): void {}

function letterOf(parcel: Parcel, data: Buffer): Letter {
  const { descriptors } = parcel;
  // what has too many is refused by who sends it
  const bytes = descriptors.length === 0 ? data : Buffer.concat([Uint8Array.of(descriptors.length), data]);
  return { bytes, descriptors, sent: () => parcel.sent(), failed: () => parcel.failed() };
}

/** Raises OSError (EMFILE) where descriptors of the message are missing. */
function bytesOf(message: Buffer, descriptors: readonly number[]): Buffer {
  const needed = message[0] ?? BARE;
  if (needed === BARE) return owned(message);
  if (descriptors.length < needed) throw new OSError(EMFILE, { syscall: 'recvmsg' });
  return owned(message.subarray(1));
}

/** Arrays in the object lie in these bytes: they must be in memory of their own. */
function owned(message: Buffer): Buffer {
  if (message.byteLength === message.buffer.byteLength) return message;
  const copy = Buffer.allocUnsafeSlow(message.length);
  message.copy(copy);
  return copy;
}
