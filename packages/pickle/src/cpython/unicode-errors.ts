/** `UnicodeDecodeError(encoding, object, start, end, reason)` and its counterpart, whose offsets count characters in Python. */
import { UnicodeDecodeError, UnicodeEncodeError } from '@p8/errors';

export function decodeError([encoding, object, start, end, reason]: readonly unknown[]): Error {
  if (!(object instanceof Uint8Array)) throw new TypeError('its second argument must be bytes');
  return new UnicodeDecodeError({ ...checked(encoding, start, end, reason), object });
}

export function decodeArgs({ encoding, object, start, end, reason }: UnicodeDecodeError): readonly unknown[] {
  return [encoding, object, start, end, reason];
}

export function encodeError([encoding, object, start, end, reason]: readonly unknown[]): Error {
  if (typeof object !== 'string') throw new TypeError('its second argument must be a str');
  const given = checked(encoding, start, end, reason);
  const characters = Array.from(object);
  const unitsBefore = (offset: number): number => characters.slice(0, offset).join('').length;
  return new UnicodeEncodeError({ ...given, object, start: unitsBefore(given.start), end: unitsBefore(given.end) });
}

export function encodeArgs({ encoding, object, start, end, reason }: UnicodeEncodeError): readonly unknown[] {
  const charactersBefore = (offset: number): number => Array.from(object.slice(0, offset)).length;
  return [encoding, object, charactersBefore(start), charactersBefore(end), reason];
}

interface Checked {
  readonly encoding: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

function checked(encoding: unknown, start: unknown, end: unknown, reason: unknown): Checked {
  if (
    typeof encoding !== 'string' ||
    typeof reason !== 'string' ||
    typeof start !== 'number' ||
    typeof end !== 'number'
  )
    throw new TypeError('its arguments must be (encoding, object, start, end, reason)');
  return { encoding, start, end, reason };
}
