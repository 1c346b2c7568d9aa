/** Python's integers of any size: two's complement, little-endian, as short as possible. */

/** The integer in these bytes: a number where that is exact, else a bigint. */
export function decodeInteger(bytes: Buffer, start: number, length: number): number | bigint {
  if (length === 0) return 0;
  if (length <= 6) return bytes.readIntLE(start, length);
  const digits = Buffer.from(bytes.subarray(start, start + length).toReversed()).toString('hex');
  return narrow(BigInt.asIntN(length * 8, BigInt(`0x${digits}`)));
}

export function encodeInteger(value: bigint): Uint8Array {
  const digits = (value < 0n ? ~value : value).toString(16);
  const bits = (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits.charAt(0), 16)));
  const length = (bits >> 3) + 1; // one bit more, for the sign
  const bigEndian = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(bigEndian.padStart(length * 2, '0'), 'hex').toReversed();
}

/** Python refuses more by default, since the time grows with the square: `sys.set_int_max_str_digits`. */
const mostDigits = 4300;

/** The integer written in decimal digits; `undefined` if it is none, or too long. */
export function parseInteger(text: string): number | bigint | undefined {
  const first = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  if (text.length === first || text.length - first > mostDigits) return undefined;
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  const digits = BigInt(text.slice(first));
  return narrow(text.startsWith('-') ? -digits : digits);
}

function narrow(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
