/** The lines of a listing, with a limit: a hostile server sends one that never ends. */
import { ProtocolError } from './errors.ts';
import type { TextEncoding } from './reply.ts';

const LF = 10;
const LONGEST_LINE = 32 * 1024;

/** Collects lines that end in CR LF or LF; both are in use. A lone CR belongs to the line. */
export class LineSink {
  readonly #encoding: TextEncoding;
  readonly #limit: number;
  readonly #lines: string[] = [];
  #pieces: Buffer[] = [];
  #lineSize = 0;
  #size = 0;

  constructor(encoding: TextEncoding, limit: number) {
    this.#encoding = encoding;
    this.#limit = limit;
  }

  /** Takes bytes; they are copied. Raises ProtocolError at a limit. */
  push(data: Buffer): void {
    this.#size += data.length;
    if (this.#size > this.#limit) {
      throw new ProtocolError(
        `the listing is longer than listingLimit, ${this.#limit} bytes; raise it if this server is to be trusted`,
        data.toString(this.#encoding),
      );
    }
    let start = 0;
    for (let end = data.indexOf(LF); end >= 0; end = data.indexOf(LF, start)) {
      this.#keep(data.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < data.length) this.#keep(Buffer.from(data.subarray(start)));
  }

  /** All lines; the last one may lack its end. */
  end(): string[] {
    if (this.#lineSize > 0) this.#finish();
    return this.#lines;
  }

  #keep(piece: Buffer): void {
    this.#lineSize += piece.length;
    if (this.#lineSize > LONGEST_LINE) {
      throw new ProtocolError(
        `a line of the listing is longer than ${LONGEST_LINE} bytes`,
        piece.toString(this.#encoding),
      );
    }
    this.#pieces.push(piece);
  }

  #finish(): void {
    const line = Buffer.concat(this.#pieces).toString(this.#encoding);
    this.#lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
    this.#pieces = [];
    this.#lineSize = 0;
  }
}
