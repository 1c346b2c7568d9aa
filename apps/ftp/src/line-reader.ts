/**
 * The lines of a control connection: Telnet (RFC 854) below, CRLF-ended command lines (RFC 959 §5.3) above, fed with
 * bytes that may be split anywhere.
 *
 * A line ends with CRLF, or with LF alone as some clients send it. A CR alone is an ordinary byte, CR NUL is a CR.
 * `IAC IAC` is the byte 255; an offered or wanted option is refused; every other Telnet command (the `IAC IP` and
 * `IAC DM` that come with ABOR) is dropped without touching its neighbours. A line over the limit becomes one
 * `tooLong`, and nothing of it is ever taken for a command.
 */

/** What the bytes meant: a line, one that was too long, or a Telnet answer to send back. */
export type LineEvent =
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'tooLong' }
  | { readonly type: 'answer'; readonly bytes: Buffer };

/** A path may have 4096 bytes (`PATH_MAX`), and a verb stands before it. */
export const LINE_LIMIT = 8192;

const NUL = 0;
const LF = 10;
const CR = 13;
const SE = 240;
const SB = 250;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const IAC = 255;

type State = 'data' | 'cr' | 'iac' | 'option' | 'subnegotiation' | 'subnegotiation-iac';

/** Cuts bytes into lines. One reader a connection; a TLS upgrade takes a new one, so that no plain byte survives it. */
export class LineReader {
  readonly #limit: number;
  #state: State = 'data';
  #afterCr = false;
  #option = 0;
  #line = '';
  #tooLong = false;
  #run: Uint8Array = Buffer.alloc(0);

  /** @param limit the longest line in bytes, without its end */
  constructor(limit: number = LINE_LIMIT) {
    this.#limit = limit;
  }

  /** Takes the next bytes and returns what became complete, in order. Never waits, never raises. */
  push(bytes: Uint8Array): LineEvent[] {
    const events: LineEvent[] = [];
    this.#run = bytes;
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (this.#state === 'data' && byte !== CR && byte !== LF && byte !== IAC) continue;
      if (this.#state === 'data') this.#append(start, i);
      start = i + 1;
      if (!this.#step(byte, events)) start = i;
    }
    if (this.#state === 'data') this.#append(start, bytes.length);
    return events;
  }

  /** One byte that is not plain text. Returns false when the byte itself begins a run of text. */
  #step(byte: number, events: LineEvent[]): boolean {
    switch (this.#state) {
      case 'data':
      case 'cr':
        return this.#text(byte, events);
      case 'iac':
        return this.#command(byte);
      case 'option':
        if (this.#option === WILL) events.push(answer(DONT, byte));
        if (this.#option === DO) events.push(answer(WONT, byte));
        this.#resume();
        return true;
      case 'subnegotiation':
        if (byte === IAC) this.#state = 'subnegotiation-iac';
        return true;
      case 'subnegotiation-iac':
        if (byte === SE) this.#resume();
        else this.#state = 'subnegotiation';
        return true;
      default:
        return this.#state satisfies never;
    }
  }

  #text(byte: number, events: LineEvent[]): boolean {
    if (byte === IAC) {
      // between the CR and the LF of one line end a Telnet command may stand
      this.#afterCr = this.#state === 'cr';
      this.#state = 'iac';
      return true;
    }
    if (byte === LF) {
      this.#state = 'data';
      this.#end(events);
      return true;
    }
    if (this.#state === 'cr') {
      this.#add('\r');
      if (byte === CR) return true;
      this.#state = 'data';
      return byte === NUL;
    }
    this.#state = 'cr';
    return true;
  }

  #command(byte: number): boolean {
    if (byte === IAC) {
      if (this.#afterCr) this.#add('\r');
      this.#state = 'data';
      this.#add('\xff');
    } else if (byte >= WILL && byte <= DONT) {
      this.#option = byte;
      this.#state = 'option';
    } else if (byte === SB) this.#state = 'subnegotiation';
    else this.#resume();
    return true;
  }

  #resume(): void {
    this.#state = this.#afterCr ? 'cr' : 'data';
  }

  #append(start: number, end: number): void {
    if (start < end && !this.#tooLong) this.#add(Buffer.from(this.#run.subarray(start, end)).toString('latin1'));
  }

  #add(text: string): void {
    if (this.#tooLong) return;
    this.#tooLong = this.#line.length + text.length > this.#limit;
    this.#line = this.#tooLong ? '' : this.#line + text;
  }

  #end(events: LineEvent[]): void {
    events.push(this.#tooLong ? { type: 'tooLong' } : { type: 'line', line: this.#line });
    this.#line = '';
    this.#tooLong = false;
  }
}

function answer(verb: number, option: number): LineEvent {
  return { type: 'answer', bytes: Buffer.from([IAC, verb, option]) };
}
