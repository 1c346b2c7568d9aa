/** The arguments of a connection's calls, as they are checked at the edge. */
import { ValueError } from '@p8/errors';
import type { Bytes } from '@p8/socket';
import { BufferTooShort } from '../process-errors.ts';

/** The longest message that is taken; Infinity: any. */
export function checkedLimit(maxlength: number | undefined): number {
  if (maxlength === undefined) return Infinity;
  if (!Number.isInteger(maxlength)) throw new TypeError('recvBytes(): maxlength must be an integer');
  if (maxlength < 0) throw new ValueError('negative maxlength');
  return maxlength;
}

/** What is sent of a buffer. */
export function partOf(buffer: Bytes, offset: number, size: number | undefined): Uint8Array {
  const bytes = typeof buffer === 'string' ? Buffer.from(buffer) : viewOf(buffer, 'sendBytes');
  if (offset < 0) throw new ValueError('offset is negative');
  if (bytes.length < offset) throw new ValueError('buffer length < offset');
  if (size === undefined) return bytes.subarray(offset);
  if (size < 0) throw new ValueError('size is negative');
  if (bytes.length < offset + size) throw new ValueError('buffer length < offset + size');
  return bytes.subarray(offset, offset + size);
}

/** Where a message is received into. */
export function targetOf(buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer, offset: number): Uint8Array {
  const bytes = viewOf(buffer, 'recvBytesInto');
  if (offset < 0) throw new ValueError('negative offset');
  if (offset > bytes.length) throw new ValueError('offset too large');
  return bytes.subarray(offset);
}

function viewOf(buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer, call: string): Uint8Array {
  if (buffer instanceof Uint8Array) return buffer;
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer) return new Uint8Array(buffer);
  throw new TypeError(`${call}(): buffer must be bytes, not ${typeof buffer}`);
}

/** Puts a message where it was asked for; comes back: its length. Raises BufferTooShort. */
export function copied(message: Buffer, target: Uint8Array): number {
  if (message.length > target.length) throw new BufferTooShort(message, target.length);
  target.set(message);
  return message.length;
}
