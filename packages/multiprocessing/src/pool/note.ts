/**
 * What an owner and a process of its pool send each other beside the table:
 *
 *     slot (4) | length of data (4) | data … | numbers … (8 each)
 *
 * Either part may be missing: no data is a length of -1. An empty message only wakes the owner.
 */
import type { Message } from '../connection/letter.ts';

const HEAD = 8;
const NUMBER = 8;

/** In place of a slot: the process has done enough, or, with data, why it cannot work. */
export const FAREWELL = -1;

export interface Note {
  readonly slot: number;
  readonly data?: Message | undefined;
  readonly numbers?: Float64Array | undefined;
}

export function writeNote(slot: number, data: Uint8Array | undefined, numbers: Float64Array | undefined): Buffer {
  const length = data?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEAD + length + (numbers?.byteLength ?? 0));
  bytes.writeInt32LE(slot, 0);
  bytes.writeInt32LE(data === undefined ? -1 : length, 4);
  if (data !== undefined) bytes.set(data, HEAD);
  if (numbers !== undefined)
    bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), HEAD + length);
  return bytes;
}

export function readNote({ bytes, descriptors }: Message): Note {
  const slot = bytes.readInt32LE(0);
  const length = bytes.readInt32LE(4);
  const end = HEAD + Math.max(0, length);
  const data = length < 0 ? undefined : { bytes: bytes.subarray(HEAD, end), descriptors };
  return { slot, data, numbers: end < bytes.length ? numbersIn(bytes.subarray(end)) : undefined };
}

/** In memory of their own, since views of numbers lie at multiples of their size. */
function numbersIn(bytes: Buffer): Float64Array {
  const numbers = new Float64Array(bytes.length / NUMBER);
  new Uint8Array(numbers.buffer).set(bytes);
  return numbers;
}
