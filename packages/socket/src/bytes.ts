/** What may be sent, and what may be received into, as the `Uint8Array` that the system calls take. */
import { OverflowError, ValueError } from '@p8/errors';
import { describe } from './describe.ts';

/** Any view of bytes, a whole buffer, or text, which goes as UTF-8. */
export type Bytes = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** What can be received into. */
export type Memory = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** The bytes of a message; no copy but for text. */
export function toBytes(data: Bytes, call: string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data);
  const bytes = viewOf(data);
  if (bytes === undefined) throw new TypeError(`${call}(): data must be bytes or a string, not ${describe(data)}`);
  return bytes;
}

/** The memory to receive into; nbytes of 0 is all of it. */
export function toTarget(buffer: Memory, nbytes: number, call: string): Uint8Array {
  const target = viewOf(buffer);
  if (target === undefined) throw new TypeError(`${call}(): buffer must be writable memory, not ${describe(buffer)}`);
  checkSize(nbytes, 'nbytes', call);
  if (nbytes > target.length) {
    throw new ValueError(`${call}(): nbytes is ${nbytes}, but the buffer has only ${target.length} bytes`);
  }
  return nbytes === 0 ? target : target.subarray(0, nbytes);
}

/** A count of bytes: an integer from 0 to 2^31 - 1. */
export function checkSize(size: number, name: string, call: string): void {
  if (!Number.isInteger(size)) throw new TypeError(`${call}(): ${name} must be an integer, not ${describe(size)}`);
  if (size < 0) throw new ValueError(`${call}(): ${name} must not be negative: ${size}`);
  if (size > 0x7fffffff) throw new OverflowError(`${call}(): ${name} is more than one call can take: ${size}`);
}

function viewOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  return undefined;
}
