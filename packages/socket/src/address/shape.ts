/** What the families share: how an address is written and read, and the checks of its parts. */
import { OverflowError, ValueError } from '@p8/errors';
import { describe } from '../describe.ts';

/** One family's two directions. */
export interface AddressFormat<A> {
  /** The `sockaddr`, or undefined when a host is a name to look up. `proto` is the socket's, where shapes depend on it. */
  encode(address: unknown, call: string, proto: number): Uint8Array | undefined;
  /** The shortest `sockaddr` that {@link decode} can read. */
  readonly least: number;
  /** The address of a `sockaddr` of exactly this length. */
  decode(sockaddr: Uint8Array): A;
}

/** The parts of an address that is an array. Raises TypeError with the shape that is right. */
export function parts(
  address: unknown,
  name: string,
  shape: string,
  least: number,
  most: number,
  call: string,
): readonly unknown[] {
  if (!Array.isArray(address)) {
    throw new TypeError(`${call}(): ${name} address must be ${shape}, not ${describe(address)}`);
  }
  if (address.length < least || address.length > most) {
    throw new TypeError(`${call}(): ${name} address must be ${shape}, not an array of ${address.length}`);
  }
  return address;
}

/** An integer from 0 to `most`. */
export function unsigned(value: unknown, name: string, most: number, call: string): number {
  if (!Number.isInteger(value)) throw new TypeError(`${call}(): ${name} must be an integer, not ${describe(value)}`);
  const number = value as number;
  if (number < 0 || number > most) throw new OverflowError(`${call}(): ${name} must be 0-${most}, not ${number}`);
  return number;
}

export function text(value: unknown, name: string, call: string): string {
  if (typeof value !== 'string') throw new TypeError(`${call}(): ${name} must be a string, not ${describe(value)}`);
  return value;
}

/** The bytes of a name for a field of `size` bytes, its final zero included. */
export function fixedText(value: unknown, name: string, size: number, call: string): Uint8Array {
  const bytes = Buffer.from(text(value, name, call));
  if (bytes.length >= size)
    throw new ValueError(`${call}(): ${name} must be shorter than ${size} bytes: ${String(value)}`);
  if (bytes.includes(0)) throw new ValueError(`${call}(): ${name} must not hold a zero byte`);
  return bytes;
}

/** A new `sockaddr` of a family, and the view to write its other parts through. */
export function sockaddrOf(family: number, size: number): [sockaddr: Uint8Array, view: DataView] {
  const sockaddr = new Uint8Array(size);
  const view = viewOf(sockaddr);
  view.setUint16(0, family, true);
  return [sockaddr, view];
}

export function viewOf(sockaddr: Uint8Array): DataView {
  return new DataView(sockaddr.buffer, sockaddr.byteOffset, sockaddr.byteLength);
}

/** The text before the first zero of a field. */
export function untilZero(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(field.subarray(0, end < 0 ? field.length : end)).toString();
}

export const UINT8 = 0xff;
export const UINT16 = 0xffff;
export const UINT32 = 0xffffffff;
