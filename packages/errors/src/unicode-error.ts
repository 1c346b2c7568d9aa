/** https://docs.python.org/3/library/exceptions.html#UnicodeError */
import { ValueError } from './exceptions.ts';
import { repr } from './repr.ts';

/** Where a text cannot be encoded or decoded. Offsets are those of the object: bytes, or UTF-16 units of a string. */
export interface UnicodeErrorOptions<T> extends ErrorOptions {
  readonly encoding: string;
  readonly object: T;
  /** The offset of the first unit that is wrong. */
  readonly start: number;
  /** The offset after the last unit that is wrong. */
  readonly end: number;
  readonly reason: string;
}

/** A text cannot be encoded or decoded. */
export class UnicodeError extends ValueError {}

/** Bytes are no text in this encoding: `'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`. */
export class UnicodeDecodeError extends UnicodeError {
  readonly encoding: string;
  readonly object: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly reason: string;

  constructor(options: UnicodeErrorOptions<Uint8Array>) {
    const { encoding, object, start, end, reason } = options;
    const byte = `byte 0x${(object[start] ?? 0).toString(16).padStart(2, '0')}`;
    super(message('decode', end - start === 1 ? byte : 'bytes', options), options);
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.end = end;
    this.reason = reason;
  }
}

/** An encoding has no bytes for a character: `'ascii' codec can't encode character 'é' in position 1: …`. */
export class UnicodeEncodeError extends UnicodeError {
  readonly encoding: string;
  readonly object: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;

  constructor(options: UnicodeErrorOptions<string>) {
    const { encoding, object, start, end, reason } = options;
    const character = `character ${repr(object.slice(start, end))}`;
    super(message('encode', end - start === 1 ? character : 'characters', options), options);
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.end = end;
    this.reason = reason;
  }
}

function message(verb: string, what: string, { encoding, start, end, reason }: UnicodeErrorOptions<unknown>): string {
  const position = end - start === 1 ? start : `${start}-${end - 1}`;
  return `'${encoding}' codec can't ${verb} ${what} in position ${position}: ${reason}`;
}
