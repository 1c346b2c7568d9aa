/** The encodings of text files, decoded in parts: a character may be cut anywhere. */
import { LookupError, UnicodeDecodeError, UnicodeEncodeError, ValueError } from '@p8/errors';

export type TextEncoding = 'utf-8' | 'utf8' | 'latin1' | 'iso-8859-1' | 'ascii' | 'utf-16le';
/** What becomes of what cannot be coded: an error, a replacement character, or nothing. */
export type CodingErrors = 'strict' | 'replace' | 'ignore';

type Codec = 'utf-8' | 'latin1' | 'ascii' | 'utf-16le';

const CODECS: Readonly<Record<string, Codec>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  latin1: 'latin1',
  'iso-8859-1': 'latin1',
  ascii: 'ascii',
  'utf-16le': 'utf-16le',
};
const BUFFER_ENCODINGS = { 'utf-8': 'utf8', latin1: 'latin1', ascii: 'latin1', 'utf-16le': 'utf16le' } as const;
const REPLACEMENT = '\uFFFD';

/** The decoding of one stream. */
export class TextCodec {
  readonly encoding: Codec;
  readonly #errors: CodingErrors;
  /** Bytes that came and are not yet text. */
  #left: Buffer = Buffer.alloc(0);

  /** Raises LookupError for an unknown encoding, ValueError for unknown `errors`. */
  constructor(encoding: string, errors: string) {
    const codec = CODECS[encoding.toLowerCase()];
    if (codec === undefined) {
      throw new LookupError(`unknown encoding: '${encoding}'; take one of ${Object.keys(CODECS).join(', ')}`);
    }
    if (errors !== 'strict' && errors !== 'replace' && errors !== 'ignore') {
      throw new ValueError(`errors must be 'strict', 'replace' or 'ignore', not '${errors}'`);
    }
    this.encoding = codec;
    this.#errors = errors;
  }

  push(bytes: Buffer): void {
    this.#left = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes]);
  }

  /**
   * The text of what was pushed, up to a character that is not yet whole, or up to what is wrong. What is wrong raises
   * UnicodeDecodeError when it comes first, and is then behind us: the next call goes on after it.
   */
  pull(isEnd: boolean): string {
    const whole = isEnd ? this.#left : this.#left.subarray(0, this.#left.length - this.#cutOff());
    const text = this.#decode(whole);
    const wrong = this.#errors === 'replace' ? undefined : this.#firstWrong(text, whole);
    if (wrong === undefined) {
      this.#left = this.#left.subarray(whole.length);
      return text;
    }
    const { at, start, end } = wrong;
    if (at === 0 && this.#errors === 'strict') {
      this.#left = this.#left.subarray(end);
      const reason = 'not a valid character';
      throw new UnicodeDecodeError({ encoding: this.encoding, object: whole, start, end, reason });
    }
    this.#left = this.#left.subarray(this.#errors === 'strict' ? start : end);
    return text.slice(0, at) + (this.#errors === 'ignore' ? this.pull(isEnd) : '');
  }

  encode(text: string): Buffer {
    const most = this.encoding === 'ascii' ? 0x7f : 0xff;
    if (this.encoding !== 'ascii' && this.encoding !== 'latin1') {
      if (this.#errors === 'strict') this.#checkSurrogates(text);
      return Buffer.from(text, BUFFER_ENCODINGS[this.encoding]);
    }
    let encodable = '';
    for (const character of text) {
      if (character.length === 1 && character.charCodeAt(0) <= most) encodable += character;
      else if (this.#errors === 'strict') throw this.#unencodable(text, character, `ordinal not in range(${most + 1})`);
      else if (this.#errors === 'replace') encodable += '?';
    }
    return Buffer.from(encodable, 'latin1');
  }

  #checkSurrogates(text: string): void {
    if (text.isWellFormed()) return;
    for (const character of text) {
      if (!character.isWellFormed()) throw this.#unencodable(text, character, 'surrogates not allowed');
    }
  }

  #unencodable(text: string, character: string, reason: string): UnicodeEncodeError {
    const start = text.indexOf(character);
    const end = start + character.length;
    return new UnicodeEncodeError({ encoding: this.encoding, object: text, start, end, reason });
  }

  #decode(bytes: Buffer): string {
    if (this.encoding === 'latin1') return bytes.toString('latin1');
    // oxlint-disable-next-line no-control-regex -- all of ASCII, the control characters too
    if (this.encoding === 'ascii') return bytes.toString('latin1').replaceAll(/[^\x00-\x7F]/g, REPLACEMENT);
    return new TextDecoder(this.encoding, { ignoreBOM: true }).decode(bytes);
  }

  /** Where the first replacement in `text` stands that is not in the bytes themselves. */
  #firstWrong(text: string, bytes: Buffer): { at: number; start: number; end: number } | undefined {
    let start = 0;
    for (let at = 0; ; at++) {
      const next = text.indexOf(REPLACEMENT, at);
      if (next < 0) return undefined;
      start += this.#lengthOf(text.slice(at, next));
      at = next;
      const genuine = this.encoding === 'ascii' ? undefined : Buffer.from(REPLACEMENT, BUFFER_ENCODINGS[this.encoding]);
      if (genuine === undefined || !bytes.subarray(start, start + genuine.length).equals(genuine)) {
        // how many bytes one replacement stands for is told by what follows it
        const after = this.#lengthOf(text.slice(next + 1));
        const single = text.indexOf(REPLACEMENT, next + 1) < 0;
        return { at, start, end: single ? bytes.length - after : start + 1 };
      }
      start += genuine.length;
    }
  }

  #lengthOf(text: string): number {
    return this.encoding === 'ascii' ? text.length : Buffer.byteLength(text, BUFFER_ENCODINGS[this.encoding]);
  }

  /** How many bytes at the end are the beginning of a character. */
  #cutOff(): number {
    const bytes = this.#left;
    if (this.encoding === 'utf-16le') {
      const odd = bytes.length % 2;
      const isHigh = bytes.length - odd >= 2 && ((bytes[bytes.length - odd - 1] as number) & 0xfc) === 0xd8;
      return isHigh ? odd + 2 : odd;
    }
    if (this.encoding !== 'utf-8') return 0;
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back] as number;
      if (byte < 0x80) return 0;
      if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    }
    return 0;
  }
}
