/**
 * Small plain values as bytes: what most calls of tiny tasks carry. Numbers, texts, booleans, null, undefined, and arrays and plain objects
 * of them. Anything else, and what is too long, is not written: it goes as a message instead.
 */
const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const INTEGER = 4;
const NUMBER = 5;
const TEXT = 6;
const ARRAY = 7;
const OBJECT = 8;

/** How deep values may be nested: what refers to itself is not written either. */
const DEEPEST = 4;

/** Bytes to write to or read from, and the place where. */
export class SmallValues {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;
  #end = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#view = new DataView(memory);
    this.#bytes = new Uint8Array(memory);
  }

  /** Comes back: whether the value was written into these bytes. */
  write(value: unknown, at: number, length: number): boolean {
    this.#at = at;
    this.#end = at + length;
    return this.#write(value, DEEPEST);
  }

  read(at: number): unknown {
    this.#at = at;
    return this.#read();
  }

  #write(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'number':
        return this.#writeNumber(value);
      case 'string':
        return this.#writeText(value);
      case 'boolean':
        return this.#tag(value ? TRUE : FALSE, 0);
      case 'undefined':
        return this.#tag(UNDEFINED, 0);
      case 'object':
        if (value === null) return this.#tag(NULL, 0);
        return depth > 0 && (Array.isArray(value) ? this.#writeArray(value, depth) : this.#writeObject(value, depth));
      case 'bigint':
      case 'function':
      case 'symbol':
    }
    return false;
  }

  #writeNumber(value: number): boolean {
    const isInteger = (value | 0) === value && (value !== 0 || 1 / value > 0);
    if (!this.#tag(isInteger ? INTEGER : NUMBER, isInteger ? 4 : 8)) return false;
    if (isInteger) this.#view.setInt32(this.#at, value, true);
    else this.#view.setFloat64(this.#at, value, true);
    this.#at += isInteger ? 4 : 8;
    return true;
  }

  /** Two bytes a unit: the table's rows are short anyway. */
  #writeText(text: string): boolean {
    const { length } = text;
    if (length > 255 || !this.#tag(TEXT, 1 + 2 * length)) return false;
    this.#bytes[this.#at++] = length;
    for (let i = 0; i < length; i++, this.#at += 2) this.#view.setUint16(this.#at, text.charCodeAt(i), true);
    return true;
  }

  #writeArray(items: readonly unknown[], depth: number): boolean {
    const { length } = items;
    if (length > 32 || Object.getPrototypeOf(items) !== Array.prototype || !this.#tag(ARRAY, 1)) return false;
    this.#bytes[this.#at++] = length;
    for (let i = 0; i < length; i++) {
      // a hole is not undefined
      if (!(i in items) || !this.#write(items[i], depth - 1)) return false;
    }
    return true;
  }

  #writeObject(object: object, depth: number): boolean {
    if (Object.getPrototypeOf(object) !== Object.prototype) return false;
    const keys = Object.keys(object);
    if (keys.length > 16 || Object.getOwnPropertySymbols(object).length > 0 || !this.#tag(OBJECT, 1)) return false;
    this.#bytes[this.#at++] = keys.length;
    for (const key of keys) {
      if (key === '__proto__' || !this.#writeText(key)) return false;
      if (!this.#write((object as Readonly<Record<string, unknown>>)[key], depth - 1)) return false;
    }
    return true;
  }

  /** Writes the kind of what comes, if that has room. */
  #tag(tag: number, length: number): boolean {
    if (this.#at + 1 + length > this.#end) return false;
    this.#bytes[this.#at++] = tag;
    return true;
  }

  #read(): unknown {
    const tag = this.#bytes[this.#at++]!;
    switch (tag) {
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
        return this.#view.getInt32(this.#at - 4, true);
      case NUMBER:
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8, true);
      case TEXT:
        return this.#readText();
      case ARRAY:
        return this.#readArray();
      default:
        return this.#readObject();
    }
  }

  #readText(): string {
    const length = this.#bytes[this.#at++]!;
    let text = '';
    for (let i = 0; i < length; i++, this.#at += 2) text += String.fromCharCode(this.#view.getUint16(this.#at, true));
    return text;
  }

  #readArray(): unknown[] {
    const length = this.#bytes[this.#at++]!;
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.#read());
    return items;
  }

  #readObject(): Record<string, unknown> {
    const length = this.#bytes[this.#at++]!;
    const object: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      this.#at += 1;
      const key = this.#readText();
      object[key] = this.#read();
    }
    return object;
  }
}
