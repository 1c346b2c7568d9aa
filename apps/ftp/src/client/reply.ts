/**
 * The server's side of the control connection: bytes in, replies out (RFC 959, 4.2).
 *
 *     226 Transfer complete.          one line: a code, a space, a text
 *     211-Features:                   several lines: the same code with a hyphen first,
 *      MLST type*;size*;                anything between,
 *     211 End                           and the same code with a space last
 *
 * Strict where a guess would let replies and commands get out of step: lines end in CR LF only, since a name with a line
 * feed in it, shown in a reply, would otherwise be read as the next reply. Lenient about a code without a text.
 */
import { ProtocolError } from './errors.ts';

export interface Reply {
  /** Three digits, 100 to 599. */
  readonly code: number;
  /** The text of each line; first and last without code and separator. */
  readonly lines: readonly string[];
}

export interface ReplyLimits {
  /** Bytes in one line; a path of 4096 bytes with every quote doubled, and words around it, must fit. */
  readonly line: number;
  /** Bytes in one reply. */
  readonly reply: number;
}

export type TextEncoding = 'utf-8' | 'latin1';

const LIMITS: ReplyLimits = { line: 16 * 1024, reply: 256 * 1024 };
const CR = 13;
const LF = 10;
const FIRST_LINE = /^([1-5][0-9][0-9])(?:$|([ -])(.*)$)/s;

/**
 * Cuts replies out of a stream of bytes, however it is split. After a ProtocolError it stays failed: nothing that follows
 * can be trusted.
 */
export class ReplyParser {
  readonly #encoding: TextEncoding;
  readonly #limits: ReplyLimits;
  readonly #replies: Reply[] = [];
  /** The bytes of the line that has not ended yet. */
  #pieces: Uint8Array[] = [];
  #lineSize = 0;
  /** The last byte of a piece was a CR. */
  #afterCR = false;
  #replySize = 0;
  #code = '';
  #lines: string[] = [];
  #failure: ProtocolError | undefined;

  constructor(encoding: TextEncoding = 'utf-8', limits: ReplyLimits = LIMITS) {
    this.#encoding = encoding;
    this.#limits = limits;
  }

  /** Takes bytes. They are copied where they are kept. Raises ProtocolError for what is no reply, and at a limit. */
  push(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure;
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const isEnd = bytes[i] === LF;
      if (isEnd && !this.#isAfterCR(bytes, i)) {
        throw this.#fail('the server ended a line with a bare line feed', bytes.subarray(start, i));
      }
      if (!isEnd) continue;
      this.#line(this.#takeLine(bytes.subarray(start, i + 1)));
      start = i + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  /** The oldest reply that is complete; undefined when more bytes are needed. */
  shift(): Reply | undefined {
    return this.#replies.shift();
  }

  #isAfterCR(bytes: Uint8Array, index: number): boolean {
    return index > 0 ? bytes[index - 1] === CR : this.#afterCR;
  }

  #keep(rest: Uint8Array): void {
    this.#checkSize(rest);
    this.#pieces.push(Uint8Array.from(rest));
    this.#lineSize += rest.length;
    this.#afterCR = rest.at(-1) === CR;
  }

  /** The whole line without its CR LF. */
  #takeLine(last: Uint8Array): string {
    this.#checkSize(last);
    const line = Buffer.concat([...this.#pieces, last]);
    this.#replySize += line.length;
    this.#pieces = [];
    this.#lineSize = 0;
    this.#afterCR = false;
    return line.toString(this.#encoding, 0, line.length - 2);
  }

  #checkSize(piece: Uint8Array): void {
    const size = this.#lineSize + piece.length;
    const { line, reply } = this.#limits;
    if (size > line) throw this.#fail(`a line of the server's reply is longer than ${line} bytes`, piece);
    if (this.#replySize + size > reply) throw this.#fail(`the server's reply is longer than ${reply} bytes`, piece);
  }

  #line(line: string): void {
    if (this.#code !== '') return this.#continuation(line);
    const [, code, separator, text] = FIRST_LINE.exec(line) ?? [];
    if (code === undefined) throw this.#fail("the server's reply has no code from 100 to 599", Buffer.from(line));
    this.#lines.push(text ?? '');
    if (separator === '-') this.#code = code;
    else this.#finish(code);
  }

  #continuation(line: string): void {
    const code = this.#code;
    const isLast = line.startsWith(code) && (line.length === 3 || line[3] === ' ');
    this.#lines.push(isLast ? line.slice(4) : line);
    if (isLast) this.#finish(code);
  }

  #finish(code: string): void {
    this.#replies.push({ code: Number(code), lines: this.#lines });
    this.#code = '';
    this.#lines = [];
    this.#replySize = 0;
  }

  #fail(message: string, received: Uint8Array): ProtocolError {
    this.#failure ??= new ProtocolError(message, Buffer.from(received).toString(this.#encoding));
    return this.#failure;
  }
}
