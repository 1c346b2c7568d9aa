/** `socket.makefile()`: which of the three files it is. https://docs.python.org/3/library/socket.html#socket.socket.makefile */
import { ValueError } from '@p8/errors';
import { describe } from './describe.ts';
import { SocketFile } from './socket-file.ts';
import { SocketStream } from './socket-stream.ts';
import type { BinaryMode, FileOwner, TextMode } from './stream-file.ts';
import { TextCodec } from './text-codec.ts';
import type { CodingErrors, TextEncoding } from './text-codec.ts';
import { TextSocketFile } from './text-socket-file.ts';
import type { Newline } from './text-socket-file.ts';

export type SocketFileMode = TextMode | BinaryMode;

export interface SocketFileOptions {
  /** Bytes gathered before they are sent, 8192 unless given; 0: no buffer at all, a {@link SocketStream}. */
  readonly buffering?: number | undefined;
  /** Makes it a file of text. */
  readonly encoding?: undefined;
}

export interface TextSocketFileOptions {
  /** Bytes gathered before they are sent, 8192 unless given. */
  readonly buffering?: number | undefined;
  readonly encoding: TextEncoding;
  /** What becomes of what cannot be coded; 'strict' unless given. */
  readonly errors?: CodingErrors;
  /** How lines end; null unless given: in any way, read as `\n`. */
  readonly newline?: Newline;
}

/** What a file of bytes is, by its buffering. */
export type BinaryFile<Size extends number> = number extends Size
  ? SocketFile | SocketStream
  : Size extends 0
    ? SocketStream
    : SocketFile;

const DEFAULT_BUFFERING = 8192;

/** A file of `owner`'s stream. Raises ValueError for a mode or a buffering that there is not, LookupError for an encoding. */
export function makefile(
  owner: FileOwner,
  mode: SocketFileMode,
  options: SocketFileOptions | TextSocketFileOptions,
): SocketStream | SocketFile | TextSocketFile {
  const { buffering = DEFAULT_BUFFERING } = options;
  if (!Number.isInteger(buffering) || buffering < 0) {
    throw new ValueError(`makefile(): buffering must be an integer from 0 up, not ${describe(buffering)}`);
  }
  const plain = plainMode(mode);
  const raw = new SocketStream(owner, `${plain}b`);
  if (options.encoding === undefined) return buffering === 0 ? raw : new SocketFile(owner, raw, buffering);
  if (mode.includes('b')) {
    throw new ValueError(`makefile(): mode '${mode}' is of bytes and takes no encoding; leave the 'b' out for text`);
  }
  if (buffering === 0) throw new ValueError('makefile(): text needs a buffer; leave buffering out, or the encoding');
  const codec = new TextCodec(options.encoding, options.errors ?? 'strict');
  return new TextSocketFile(new SocketFile(owner, raw, buffering), plain, codec, options.newline ?? null);
}

function plainMode(mode: string): TextMode {
  if (typeof mode !== 'string' || !/^(?:r?w?|wr)b?$/.test(mode) || mode === '') {
    throw new ValueError(`makefile(): mode must be 'r', 'w' or 'rw', with or without 'b', not ${describe(mode)}`);
  }
  if (!mode.includes('w')) return 'r';
  return mode.includes('r') ? 'rw' : 'w';
}
