/** How objects become the bytes of a message, and objects again. */
import { deserialize, serialize } from 'node:v8';
import { dump, load, loadSync, PicklingError } from '@p8/pickle';

/** What a connection sends objects with. Both sides must have the same. */
export interface Codec {
  /** The bytes of an object. Raises PicklingError for what cannot be sent. */
  encode(value: unknown): Uint8Array;
  /** The object, or a promise of it: it may need modules that are not loaded yet. */
  decode(message: Buffer): unknown;
  /** The same at once. */
  decodeSync(message: Buffer): unknown;
}

/**
 * The codec between programs with p8: whatever the structured clone takes, functions and classes by reference, errors whole,
 * and objects with `[reduce]`. It imports modules that the sender names: connect only to programs that you trust.
 */
export const cloneCodec: Codec = {
  encode(value) {
    const parcel = dump(value, 'obj');
    try {
      const bytes = serialize(parcel.data);
      parcel.sent();
      return bytes;
    } catch (error) {
      parcel.failed();
      const { message } = error as Error;
      throw new PicklingError(
        `${message.replace(/\.$/, '')}: it belongs to this process, and cannot go to another one`,
        { cause: error },
      );
    }
  },
  decode: (message) => load(deserialize(owned(message))),
  decodeSync: (message) => loadSync(deserialize(owned(message))),
};

/** Arrays in the object lie in these bytes: they must be in memory of their own. */
function owned(message: Buffer): Buffer {
  if (message.byteLength === message.buffer.byteLength) return message;
  const copy = Buffer.allocUnsafeSlow(message.length);
  message.copy(copy);
  return copy;
}
