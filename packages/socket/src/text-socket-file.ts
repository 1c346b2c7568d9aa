/**
 * The text file over a stream: Python's `io.TextIOWrapper`. What it has read ahead is text already, and its own.
 *
 * https://docs.python.org/3/library/io.html#io.TextIOWrapper
 */
import { ValueError } from '@p8/errors';
import { checkSize } from './bytes.ts';
import { describe } from './describe.ts';
import type { SocketFile } from './socket-file.ts';
import { StreamFile } from './stream-file.ts';
import type { TextMode } from './stream-file.ts';
import type { TextCodec } from './text-codec.ts';
import type { WaitOptions } from './wait.ts';

/** How lines end. null: in any way, and each end is read as `\n`; '': in any way, left as it is. */
export type Newline = null | '' | '\n' | '\r' | '\r\n';

/**
 * A file of text over a socket. Sizes and limits count UTF-16 units, as strings do. For callers: `read`, `readline`,
 * iteration by lines, `write`, `flush`, `close`; the twins in `Sync` block.
 */
export class TextSocketFile extends StreamFile<string, TextMode> {
  /** The file below, of bytes. */
  readonly buffer: SocketFile;
  readonly newline: Newline;
  readonly #codec: TextCodec;
  /** Decoded and not yet read. */
  #text = '';
  /** Decoded, and a line end of its own unless `\n` comes behind it. */
  #heldReturn = '';
  #isEnd = false;

  /** Made by `makefile` with an `encoding`. */
  constructor(buffer: SocketFile, mode: TextMode, codec: TextCodec, newline: Newline) {
    super(mode);
    if (newline !== null && !['', '\n', '\r', '\r\n'].includes(newline)) {
      throw new ValueError(`makefile(): newline must be null, '', '\\n', '\\r' or '\\r\\n', not ${describe(newline)}`);
    }
    this.buffer = buffer;
    this.newline = newline;
    this.#codec = codec;
  }

  get encoding(): string {
    return this.#codec.encoding;
  }

  fileno(): number {
    return this.buffer.fileno();
  }

  /** `size` characters, fewer only at the end of the stream; without a size everything up to the end. */
  async read(size: number = Infinity, options?: WaitOptions): Promise<string> {
    this.#checkMost(size, 'read', 'size');
    while (this.#text.length < size && (await this.#more(options)));
    return this.#take(size);
  }

  readSync(size: number = Infinity): string {
    this.#checkMost(size, 'read', 'size');
    while (this.#text.length < size && this.#moreSync());
    return this.#take(size);
  }

  override async readline(limit: number = Infinity, options?: WaitOptions): Promise<string> {
    this.#checkMost(limit, 'readline', 'limit');
    let length = this.#lineLength(limit);
    while (length === undefined && (await this.#more(options))) length = this.#lineLength(limit);
    return this.#take(length ?? limit);
  }

  override readlineSync(limit: number = Infinity): string {
    this.#checkMost(limit, 'readline', 'limit');
    let length = this.#lineLength(limit);
    while (length === undefined && this.#moreSync()) length = this.#lineLength(limit);
    return this.#take(length ?? limit);
  }

  /** Writes text to the buffer; returns its length. `\n` becomes the line end of the file. */
  override async write(text: string, options?: WaitOptions): Promise<number> {
    await this.buffer.write(this.#encoded(text), options);
    return text.length;
  }

  override writeSync(text: string): number {
    this.buffer.writeSync(this.#encoded(text));
    return text.length;
  }

  /** Sends what was written. What a failed flush could not send stays in the buffer. */
  override flush(options?: WaitOptions): Promise<void> {
    return this.buffer.flush(options);
  }

  override flushSync(): void {
    this.buffer.flushSync();
  }

  /** Sends what was written and gives the file of bytes up, open; text that was read ahead stays behind. */
  async detach(): Promise<SocketFile> {
    this.checkOpen('detach');
    await this.flush();
    this.markDetached();
    return this.buffer;
  }

  detachSync(): SocketFile {
    this.checkOpen('detach');
    this.flushSync();
    this.markDetached();
    return this.buffer;
  }

  protected override release(): Promise<void> {
    return this.buffer.close();
  }

  protected override releaseSync(): void {
    this.buffer.closeSync();
  }

  #checkMost(most: number, call: string, name: string): void {
    this.checkRead(call);
    if (most !== Infinity) checkSize(most, name, call);
  }

  /** Gets more text; whether there may be more still. */
  async #more(options: WaitOptions | undefined): Promise<boolean> {
    if (this.#decode()) return true;
    if (this.#isEnd) return false;
    this.#received(await this.buffer.read1(undefined, options));
    this.#decode();
    return true;
  }

  #moreSync(): boolean {
    if (this.#decode()) return true;
    if (this.#isEnd) return false;
    this.#received(this.buffer.read1Sync());
    this.#decode();
    return true;
  }

  #received(bytes: Buffer): void {
    this.#isEnd = bytes.length === 0;
    this.#codec.push(bytes);
  }

  /** Makes text of what has come; whether there was any. Raises UnicodeDecodeError when wrong bytes come first. */
  #decode(): boolean {
    let text = this.#heldReturn + this.#codec.pull(this.#isEnd);
    this.#heldReturn = '';
    if (text === '') return false;
    if (this.newline === null || this.newline === '') {
      if (text.endsWith('\r') && !this.#isEnd) {
        this.#heldReturn = '\r';
        text = text.slice(0, -1);
      }
      if (this.newline === null) text = text.replaceAll(/\r\n?/g, '\n');
    }
    this.#text += text;
    return text !== '';
  }

  #take(size: number): string {
    const taken = this.#text.slice(0, size);
    this.#text = this.#text.slice(taken.length);
    return taken;
  }

  #lineLength(limit: number): number | undefined {
    const end = this.#lineEnd();
    if (end > 0) return Math.min(end, limit);
    return this.#text.length >= limit ? limit : undefined;
  }

  /** Behind the first line end; 0 without one. */
  #lineEnd(): number {
    if (this.newline === '') {
      const match = /\r\n?|\n/.exec(this.#text);
      return match === null ? 0 : match.index + match[0].length;
    }
    const end = this.newline ?? '\n';
    const index = this.#text.indexOf(end);
    return index < 0 ? 0 : index + end.length;
  }

  #encoded(text: string): Buffer {
    this.checkWrite('write');
    if (typeof text !== 'string') {
      throw new TypeError(`write(): text must be a string, not ${describe(text)}; bytes go to a file without encoding`);
    }
    const { newline } = this;
    return this.#codec.encode(newline === '\r' || newline === '\r\n' ? text.replaceAll('\n', newline) : text);
  }
}
