/** Bytes that grow: opcodes and their operands. */
import { encodeInteger } from './integer.ts';
import { op } from './opcodes.ts';
import { encodeSurrogates } from './text.ts';

/** The memory of the last writer, for the next one: most messages are small. */
let spare: Buffer | undefined;
const smallest = 1024;
const largestSpare = 65_536;

/** Texts up to this length are copied here: calling into the platform for them costs more. */
const shortText = 32;

export class Writer {
  #bytes: Buffer;
  #at = 0;

  constructor() {
    this.#bytes = spare ?? Buffer.allocUnsafeSlow(smallest);
    spare = undefined; // a `reduce` may dump something itself meanwhile
  }

  byte(byte: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = byte;
  }

  /** An opcode with an operand of one, two or four bytes. */
  op1(code: number, operand: number): void {
    const at = this.#claim(2);
    this.#bytes[at] = code;
    this.#bytes[at + 1] = operand;
  }

  op2(code: number, operand: number): void {
    const at = this.#claim(3);
    this.#bytes[at] = code;
    this.#bytes[at + 1] = operand;
    this.#bytes[at + 2] = operand >> 8;
  }

  op4(code: number, operand: number): void {
    const at = this.#claim(5);
    this.#bytes[at] = code;
    this.#bytes[at + 1] = operand;
    this.#bytes[at + 2] = operand >> 8;
    this.#bytes[at + 3] = operand >> 16;
    this.#bytes[at + 4] = operand >> 24;
  }

  op8(code: number, operand: number): void {
    const at = this.#claim(9);
    this.#bytes[at] = code;
    this.#bytes.writeBigUInt64LE(BigInt(operand), at + 1);
  }

  float(value: number): void {
    const at = this.#claim(9);
    this.#bytes[at] = op.BINFLOAT;
    this.#bytes.writeDoubleBE(value, at + 1);
  }

  /** An integer of any size, as int. */
  integer(value: number | bigint): void {
    if (value >= 0 && value < 256) this.op1(op.BININT1, Number(value));
    else if (value >= 0 && value < 65_536) this.op2(op.BININT2, Number(value));
    else if (value >= -0x8000_0000 && value < 0x8000_0000) this.op4(op.BININT, Number(value));
    else {
      const bytes = encodeInteger(BigInt(value));
      if (bytes.length < 256) this.op1(op.LONG1, bytes.length);
      else this.op4(op.LONG4, bytes.length);
      this.raw(bytes);
    }
  }

  text(text: string): void {
    if (text.length <= shortText && this.#ascii(text)) return;
    const length = Buffer.byteLength(text);
    if (length !== text.length && !text.isWellFormed()) {
      this.#encoded(encodeSurrogates(text));
      return;
    }
    this.#textHeader(length);
    const at = this.#claim(length);
    this.#bytes.write(text, at, length, 'utf8');
  }

  raw(bytes: Uint8Array): void {
    const at = this.#claim(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** What was written. The writer is used up. */
  result(): Buffer {
    if (this.#bytes.length > largestSpare) return this.#bytes.subarray(0, this.#at);
    spare = this.#bytes;
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  /** Writes a short text if it is ASCII; else nothing is written. */
  #ascii(text: string): boolean {
    const start = this.#claim(text.length + 2);
    const bytes = this.#bytes;
    for (let i = 0, at = start + 2; i < text.length; i++, at++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.#at = start;
        return false;
      }
      bytes[at] = code;
    }
    bytes[start] = op.SHORT_BINUNICODE;
    bytes[start + 1] = text.length;
    return true;
  }

  #encoded(bytes: Buffer): void {
    this.#textHeader(bytes.length);
    this.raw(bytes);
  }

  #textHeader(length: number): void {
    if (length < 256) this.op1(op.SHORT_BINUNICODE, length);
    else this.op4(op.BINUNICODE, length); // no string here has 4 GiB
  }

  /** Makes room for so many bytes, and gives their offset. */
  #claim(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) this.#grow(length);
    this.#at = at + length;
    return at;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
