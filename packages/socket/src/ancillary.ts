/**
 * Ancillary data, the control messages of recvmsg(2) and sendmsg(2): items of `[level, type, data]`, and the `cmsghdr` of
 * each in memory. What is in the data of the common ones: `control-messages.ts`.
 *
 *     ┌ length (8) ┬ level (4) ┬ type (4) ┬ data … ┬ padding to 8 ┐ …        cmsg(3), on 64 bits
 */
import { OverflowError, ValueError } from '@p8/errors';
import { toBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { describe } from './describe.ts';

/** A received item. */
export type AncillaryItem = [level: number, type: number, data: Buffer];

const HEADER = 16;
const ALIGNMENT = 8;
/** The longest that a kernel's size_t, and Python, take for one item. */
const LONGEST = 0x7fffffff - 2 * HEADER;

/** The length of an item with `length` bytes of data, without padding behind it: cmsg(3). Raises OverflowError. */
export function CMSG_LEN(length: number): number {
  return HEADER + checkLength(length, 'CMSG_LEN');
}

/** The room that an item with `length` bytes of data takes, padding included: cmsg(3). Raises OverflowError. */
export function CMSG_SPACE(length: number): number {
  return HEADER + aligned(checkLength(length, 'CMSG_SPACE'));
}

/** The control data of some items. Raises TypeError for what is no list of `[level, type, data]`. */
export function packAncillary(items: Iterable<readonly [level: number, type: number, data: Bytes]>): Uint8Array {
  const packed = [...items].map((item) => {
    const [level, type, data] = Array.isArray(item) ? (item as readonly [number, number, Bytes]) : [];
    if (!Number.isInteger(level) || !Number.isInteger(type)) {
      throw new TypeError(`sendmsg(): ancillary data must be items of [level, type, data], not ${describe(item)}`);
    }
    return { level: level as number, type: type as number, bytes: toBytes(data as Bytes, 'sendmsg') };
  });
  const control = new Uint8Array(packed.reduce((size, { bytes }) => size + CMSG_SPACE(bytes.length), 0));
  const view = new DataView(control.buffer);
  let at = 0;
  for (const { level, type, bytes } of packed) {
    view.setBigUint64(at, BigInt(CMSG_LEN(bytes.length)), true);
    view.setInt32(at + 8, level, true);
    view.setInt32(at + 12, type, true);
    control.set(bytes, at + HEADER);
    at += CMSG_SPACE(bytes.length);
  }
  return control;
}

/** The items of received control data. The last may have been cut by the kernel (MSG_CTRUNC): what came of it is there. */
export function unpackAncillary(control: Uint8Array): AncillaryItem[] {
  const items: AncillaryItem[] = [];
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  for (let at = 0; at + HEADER <= control.length;) {
    const length = Number(view.getBigUint64(at, true));
    if (length < HEADER) break;
    const data = Buffer.from(control.subarray(at + HEADER, Math.min(at + length, control.length)));
    items.push([view.getInt32(at + 8, true), view.getInt32(at + 12, true), data]);
    at += aligned(length);
  }
  return items;
}

/** The room for control data that a user asks for. */
export function checkControlSize(size: number, call: string): void {
  if (!Number.isInteger(size)) throw new TypeError(`${call}(): ancbufsize must be an integer, not ${describe(size)}`);
  if (size < 0 || size > 0x7fffffff)
    throw new ValueError(`${call}(): invalid ancillary data buffer length: ${size} (take CMSG_SPACE)`);
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function checkLength(length: number, call: string): number {
  if (!Number.isInteger(length)) throw new TypeError(`${call}(): length must be an integer, not ${describe(length)}`);
  if (length < 0 || length > LONGEST) throw new OverflowError(`${call}() argument out of range: ${length}`);
  return length;
}
