/**
 * Plain data as bytes: numbers, strings, booleans, null, undefined, bytes, and arrays and plain objects of them. That is most of
 * what queues and pools carry, and several times faster than the platform's clone. What it does not know it refuses, and leaves to
 * @p8/pickle.
 *
 * A value is a tree here: an object that is met twice is refused, as the clone would keep it one.
 */
import { reduce } from '@p8/pickle';
import { INTEGER as ALONE, LONGEST, PLAIN } from './record.ts';
import type { Record } from './record.ts';

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const INTEGER = 4;
const NUMBER = 5;
/** One byte a character. */
const LATIN1 = 6;
/** Two bytes a unit. */
const UTF16 = 7;
const ARRAY = 8;
const OBJECT = 9;
const BYTES = 10;
const BUFFER = 11;

/** How deep it may be nested. */
const DEEPEST = 16;
/** Objects in an item; each is compared with all before. */
const MOST_OBJECTS = 24;
/** Shorter texts are read and written by a loop, which costs no call. */
const SHORT = 24;
/** The most that a tag, a length and a number take. */
const ATOM = 16;

export class PlainCodec {
  #record!: Record;
  readonly #met: object[] = [];
  readonly #texts: (string | undefined)[] = Array.from({ length: 1024 }, () => undefined);
  #at = 0;
  #most = LONGEST;

  /** Writes the value into the record; comes back: whether it could be, in so many bytes. */
  write(record: Record, value: unknown, most: number = LONGEST): boolean {
    if (typeof value === 'number' && isInteger(value)) {
      record.kind = ALONE;
      record.value = value;
      return true;
    }
    return this.writeBytes(record, value, most);
  }

  /** The same, a whole number by itself too. */
  writeBytes(record: Record, value: unknown, most: number): boolean {
    this.#record = record;
    this.#at = 0;
    this.#most = most;
    this.#met.length = 0;
    const written = this.#write(value, 0) && this.#at <= most;
    // what was sent is not kept alive by that
    this.#met.length = 0;
    record.kind = PLAIN;
    record.value = this.#at;
    return written;
  }

  /** The value in the record. */
  read(record: Record): unknown {
    if (record.kind === ALONE) return record.value;
    this.#record = record;
    this.#at = 0;
    return this.#read();
  }

  #write(value: unknown, depth: number): boolean {
    if (this.#at > this.#most) return false;
    this.#record.reserve(this.#at + ATOM);
    if (typeof value === 'number') return this.#writeNumber(value);
    if (typeof value === 'string') return this.#writeText(value);
    if (typeof value === 'boolean') return this.#tag(value ? TRUE : FALSE);
    if (value === undefined) return this.#tag(UNDEFINED);
    if (value === null) return this.#tag(NULL);
    return typeof value === 'object' && this.#writeObject(value, depth);
  }

  #tag(tag: number): true {
    this.#record.bytes[this.#at++] = tag;
    return true;
  }

  #writeNumber(value: number): true {
    const { view } = this.#record;
    if (isInteger(value)) {
      this.#tag(INTEGER);
      view.setInt32(this.#at, value, true);
      this.#at += 4;
    } else {
      this.#tag(NUMBER);
      view.setFloat64(this.#at, value, true);
      this.#at += 8;
    }
    return true;
  }

  #writeText(text: string): boolean {
    const { length } = text;
    if (length > this.#most) return false;
    this.#record.reserve(this.#at + ATOM + 2 * length);
    const { bytes } = this.#record;
    const start = this.#at;
    this.#tag(LATIN1);
    this.#writeLength(length);
    if (length <= SHORT) {
      let all = 0;
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        all |= unit;
        bytes[this.#at + i] = unit;
      }
      if (all < 256) {
        this.#at += length;
        return true;
      }
    } else if (isLatin1(text)) {
      this.#at += bytes.write(text, this.#at, 'latin1');
      return true;
    }
    bytes[start] = UTF16;
    this.#at += bytes.write(text, this.#at, 'utf16le');
    return true;
  }

  #writeLength(length: number): void {
    if (length < 255) {
      this.#record.bytes[this.#at++] = length;
      return;
    }
    this.#record.bytes[this.#at++] = 255;
    this.#record.view.setUint32(this.#at, length, true);
    this.#at += 4;
  }

  #writeObject(value: object, depth: number): boolean {
    if (depth === DEEPEST || this.#met.length === MOST_OBJECTS || this.#met.includes(value)) return false;
    this.#met.push(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#writeFields(value as Fields, depth + 1);
    if (prototype === Array.prototype) return this.#writeItems(value as readonly unknown[], depth + 1);
    if (prototype === Uint8Array.prototype) return this.#writeBytes(BYTES, value as Uint8Array);
    if (prototype === Buffer.prototype) return this.#writeBytes(BUFFER, value as Buffer);
    return false;
  }

  #writeFields(object: Fields, depth: number): boolean {
    if (reduce in object) return false;
    const keys = Object.keys(object);
    this.#tag(OBJECT);
    this.#writeLength(keys.length);
    for (const key of keys) {
      if (key === '__proto__') return false;
      this.#record.reserve(this.#at + ATOM);
      if (!this.#writeText(key) || !this.#write(object[key], depth)) return false;
    }
    return true;
  }

  #writeItems(items: readonly unknown[], depth: number): boolean {
    // each takes a byte at least: what cannot have room is not looked at
    if (items.length > this.#most) return false;
    // fields of its own, as what String.match returns has, and holes
    if (Object.keys(items).length !== items.length) return false;
    this.#tag(ARRAY);
    this.#writeLength(items.length);
    for (let i = 0; i < items.length; i++) {
      if (!this.#write(items[i], depth)) return false;
    }
    return true;
  }

  #writeBytes(tag: number, bytes: Uint8Array): boolean {
    // shared memory is sent as what it is
    if (bytes.length > this.#most || bytes.buffer instanceof SharedArrayBuffer) return false;
    this.#record.reserve(this.#at + ATOM + bytes.length);
    this.#tag(tag);
    this.#writeLength(bytes.length);
    this.#record.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return true;
  }

  #read(): unknown {
    const { view, bytes } = this.#record;
    switch (bytes[this.#at++]!) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INTEGER:
        this.#at += 4;
        return view.getInt32(this.#at - 4, true);
      case NUMBER:
        this.#at += 8;
        return view.getFloat64(this.#at - 8, true);
      case LATIN1:
        return this.#readLatin1();
      case UTF16:
        return this.#readUtf16();
      case ARRAY:
        return this.#readItems();
      case OBJECT:
        return this.#readFields();
      case BYTES:
        return new Uint8Array(this.#readBytes());
      default:
        return Buffer.from(this.#readBytes());
    }
  }

  #readLength(): number {
    const { view, bytes } = this.#record;
    const length = bytes[this.#at++]!;
    if (length < 255) return length;
    this.#at += 4;
    return view.getUint32(this.#at - 4, true);
  }

  /** Keys and short texts come again and again: they are looked up by their bytes. */
  #readLatin1(): string {
    const { bytes } = this.#record;
    const length = this.#readLength();
    const start = this.#at;
    this.#at += length;
    if (length > SHORT) return bytes.toString('latin1', start, start + length);
    let hash = length;
    for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const place = (hash ^ (hash >>> 10)) & 1023;
    const known = this.#texts[place];
    if (known !== undefined && isText(known, bytes, start, length)) return known;
    const text = bytes.toString('latin1', start, start + length);
    this.#texts[place] = text;
    return text;
  }

  #readUtf16(): string {
    const length = 2 * this.#readLength();
    this.#at += length;
    return this.#record.bytes.toString('utf16le', this.#at - length, this.#at);
  }

  #readItems(): unknown[] {
    const length = this.#readLength();
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.#read());
    return items;
  }

  #readFields(): Fields {
    const length = this.#readLength();
    const object: Fields = {};
    for (let i = 0; i < length; i++) {
      const key = this.#read() as string;
      object[key] = this.#read();
    }
    return object;
  }

  #readBytes(): ArrayBuffer {
    const length = this.#readLength();
    this.#at += length;
    const { bytes } = this.#record;
    return bytes.buffer.slice(this.#at - length, this.#at) as ArrayBuffer;
  }
}

type Fields = { [key: string]: unknown };

function isInteger(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false;
  return true;
}

function isText(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
