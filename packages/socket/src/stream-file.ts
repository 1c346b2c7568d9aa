/** What all files over a stream share: their mode, their end, and what follows from reading a line and writing bytes. */
import { ValueError } from '@p8/errors';
import type { ByteChannel } from './byte-channel.ts';
import type { Bytes } from './bytes.ts';
import { closedError } from './outcome.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export type TextMode = 'r' | 'w' | 'rw';
export type BinaryMode = 'rb' | 'wb' | 'rwb';

/** What a file of bytes, or of text, can write. */
type Written<Line> = Line extends string ? string : Bytes;

/** The stream of a file, and what is told when the file is closed. */
export interface FileOwner {
  /** The limit of each call. */
  readonly timeout: Seconds | null;
  readonly channel: ByteChannel;
  fileno(): number;
  released(): void;
}

/** The first storey of the files of `makefile`. */
export abstract class StreamFile<Line extends Buffer | string, Mode extends TextMode | BinaryMode>
  implements Disposable, AsyncDisposable
{
  /** `'rb'`, `'wb'` or `'rwb'`; without the `b` for text. */
  readonly mode: Mode;
  #state: 'open' | 'detached' | 'closed' = 'open';

  protected constructor(mode: Mode) {
    this.mode = mode;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  readable(): boolean {
    return this.mode.includes('r');
  }

  writable(): boolean {
    return this.mode.includes('w');
  }

  /** A stream has no position. */
  seekable(): boolean {
    return false;
  }

  isatty(): boolean {
    return false;
  }

  /** The next line with its end; without one only at the end of the stream, or when `limit` has come before. */
  abstract readline(limit?: number, options?: WaitOptions): Promise<Line>;
  abstract readlineSync(limit?: number): Line;
  abstract write(data: Written<Line>, options?: WaitOptions): Promise<number>;
  abstract writeSync(data: Written<Line>): number;
  abstract flush(options?: WaitOptions): Promise<void>;
  abstract flushSync(): void;
  /** Lets go of what is below. */
  protected abstract release(): Promise<void>;
  protected abstract releaseSync(): void;

  /** All lines up to the end, or until they are `hint` bytes (characters of text) together. */
  async readlines(hint: number = Infinity, options?: WaitOptions): Promise<Line[]> {
    const lines: Line[] = [];
    for (let length = 0; length < hint;) {
      const line = await this.readline(undefined, options);
      if (line.length === 0) break;
      lines.push(line);
      length += line.length;
    }
    return lines;
  }

  readlinesSync(hint: number = Infinity): Line[] {
    const lines: Line[] = [];
    for (let length = 0; length < hint;) {
      const line = this.readlineSync();
      if (line.length === 0) break;
      lines.push(line);
      length += line.length;
    }
    return lines;
  }

  /** Writes each of them; no line ends are added. */
  async writelines(lines: Iterable<Written<Line>>, options?: WaitOptions): Promise<void> {
    for (const line of lines) await this.write(line, options);
  }

  writelinesSync(lines: Iterable<Written<Line>>): void {
    for (const line of lines) this.writeSync(line);
  }

  /** The lines up to the end of the stream, each with its end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Line, void, undefined> {
    for (let line = await this.readline(); line.length > 0; line = await this.readline()) yield line;
  }

  *[Symbol.iterator](): Generator<Line, void, undefined> {
    for (let line = this.readlineSync(); line.length > 0; line = this.readlineSync()) yield line;
  }

  /** Sends what was written, and lets go of the socket, also when that fails. Twice is fine. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    const flushed = this.flush();
    this.#state = 'closed';
    try {
      await flushed;
    } finally {
      await this.release();
    }
  }

  closeSync(): void {
    if (this.#state !== 'open') return;
    try {
      this.flushSync();
    } finally {
      this.#state = 'closed';
      this.releaseSync();
    }
  }

  [Symbol.dispose](): void {
    this.closeSync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What is below lives on without this file. */
  protected markDetached(): void {
    this.#state = 'detached';
  }

  protected checkRead(call: string): void {
    this.checkOpen(call);
    if (!this.readable()) throw new ValueError(`${call}(): the file was opened with mode '${this.mode}'`);
  }

  protected checkWrite(call: string): void {
    this.checkOpen(call);
    if (!this.writable()) throw new ValueError(`${call}(): the file was opened with mode '${this.mode}'`);
  }

  protected checkOpen(call: string): void {
    if (this.#state === 'closed') throw new ValueError(`${call}(): the file is closed`);
    if (this.#state === 'detached')
      throw new ValueError(`${call}(): the file was detached; use what detach() returned`);
  }
}

/** The channel of a file, unless its socket gave the descriptor up. */
export function attached({ channel }: FileOwner, call: string): ByteChannel {
  if (channel.closed) throw closedError(call);
  return channel;
}
