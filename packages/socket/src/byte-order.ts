/**
 * Integers between this machine's byte order and the network's. https://docs.python.org/3/library/socket.html#socket.htons
 * · byteorder(3)
 */
import { endianness } from 'node:os';
import { OverflowError } from '@p8/errors';
import { describe } from './describe.ts';

const swaps = endianness() === 'LE';

/** 16 bits from the machine's order to the network's. Raises OverflowError outside 0 to 65535. */
export function htons(value: number): number {
  return swap16(value, 'htons');
}

/** 16 bits from the network's order to the machine's. Raises OverflowError outside 0 to 65535. */
export function ntohs(value: number): number {
  return swap16(value, 'ntohs');
}

/** 32 bits from the machine's order to the network's. Raises OverflowError outside 0 to 2^32 - 1. */
export function htonl(value: number): number {
  return swap32(value, 'htonl');
}

/** 32 bits from the network's order to the machine's. Raises OverflowError outside 0 to 2^32 - 1. */
export function ntohl(value: number): number {
  return swap32(value, 'ntohl');
}

function swap16(value: number, call: string): number {
  check(value, 0xffff, call);
  return swaps ? ((value & 0xff) << 8) | (value >> 8) : value;
}

function swap32(value: number, call: string): number {
  check(value, 0xffffffff, call);
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return view.getUint32(0, swaps);
}

function check(value: number, most: number, call: string): void {
  if (!Number.isInteger(value)) throw new TypeError(`${call}(): value must be an integer, not ${describe(value)}`);
  if (value < 0 || value > most) throw new OverflowError(`${call}(): value must be 0-${most}, not ${value}`);
}
