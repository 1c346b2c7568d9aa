/** The bytes of a pickle, read from the start. Whatever is read past their end raises UnpicklingError. */
import { UnpicklingError } from '../pickle-error.ts';
import { decodeInteger } from './integer.ts';
import { decodeText } from './text.ts';

export class Reader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;
  /** Where the opcode stands that is being done: errors name it. */
  #start = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get length(): number {
    return this.#bytes.length;
  }

  opcode(): number {
    const at = this.#at;
    this.#start = at;
    if (at === this.#bytes.length) throw this.error('it ends without a STOP');
    this.#at = at + 1;
    return this.#bytes[at] ?? 0;
  }

  u8(): number {
    return this.#bytes[this.skip(1)] ?? 0;
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A length of eight bytes. One that no number holds exactly is longer than any input, and is told so when it is used. */
  u64(): number {
    const at = this.skip(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  float(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  integer(length: number): number | bigint {
    if (length < 0) throw this.error(`its integer has a negative length, ${length}`);
    return decodeInteger(this.#bytes, this.skip(length), length);
  }

  text(length: number): string {
    const start = this.skip(length);
    const text = decodeText(this.#bytes, start, start + length);
    if (text === undefined) throw this.error('its text is not UTF-8');
    return text;
  }

  /** A copy: the caller may use the memory of the pickle again. */
  bytes(length: number): Buffer {
    const start = this.skip(length);
    return Buffer.from(this.#bytes.subarray(start, start + length));
  }

  /** What Python 2 called str: text in ASCII only, as Python 3 takes it. */
  ascii(length: number): string {
    if (length < 0) throw this.error(`its string has a negative length, ${length}`);
    const start = this.skip(length);
    const text = this.#bytes.toString('latin1', start, start + length);
    if (!isAscii(text)) throw this.error('its string of Python 2 is not ASCII: dump it as unicode there');
    return text;
  }

  /** The bytes up to the end of the line, each as one character. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end === -1) throw this.error('it ends in the middle of a line');
    const line = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return line;
  }

  /** Goes on by so many bytes; gives where they begin. */
  skip(length: number): number {
    const at = this.#at;
    this.expect(length);
    this.#at = at + length;
    return at;
  }

  /** Raises if fewer bytes are left. */
  expect(length: number): void {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw this.error(`it ends too early: ${length} bytes should follow, ${left} do`);
  }

  /** The error for the opcode being done. */
  error(reason: string, cause?: unknown): UnpicklingError {
    const offset = this.#start;
    const options = cause === undefined ? { offset } : { offset, cause };
    return new UnpicklingError(`the pickle cannot be loaded at offset ${offset}: ${reason}`, options);
  }
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
