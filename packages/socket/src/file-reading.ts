/** What a file reads: so many bytes, a line, all. Like a buffer, it receives more than it was asked for, into `unread`. */
import type { ByteChannel } from './byte-channel.ts';
import type { Operation } from './channel.ts';
import type { Unread } from './unread.ts';

/** The usual part that is received at once. */
export const READ_AHEAD: number = 16 * 1024;
/** Parts of a stream that is read to its end, and the size from which memory is made in one piece. */
const LARGE = 64 * 1024;
const LINE_FEED = 10;

/** How many of the bytes that have come are the result; -1: more must come. */
type Enough = (unread: Unread) => number;

/** Goes on until there is enough, or the stream ends. */
export class Reading implements Operation<Buffer> {
  readonly call: string;
  readonly #channel: ByteChannel;
  readonly #part: number;
  readonly #enough: Enough;
  readonly #most: number;

  /** Receives `part` bytes at a time; `most` bounds the result where the stream ends before there is enough. */
  constructor(channel: ByteChannel, call: string, part: number, enough: Enough, most: number = Infinity) {
    this.call = call;
    this.#channel = channel;
    this.#part = part;
    this.#enough = enough;
    this.#most = most;
  }

  run(): number {
    const { unread } = this.#channel;
    for (;;) {
      const length = this.#enough(unread);
      if (length >= 0) return length;
      const count = this.#channel.fill(this.#part);
      if (count < 0) return count;
      if (count === 0) return Math.min(unread.length, this.#most);
    }
  }

  finish(length: number): Buffer {
    return this.#channel.unread.take(length);
  }
}

/** `size` bytes, fewer only at the end of the stream. */
export function exactly(channel: ByteChannel, size: number): Reading {
  const enough: Enough = (unread) => {
    if (size > LARGE) unread.reserve(size);
    return unread.length < size ? -1 : size;
  };
  return new Reading(channel, 'read', Math.max(size, READ_AHEAD), enough, size);
}

/** Everything up to the end. */
export function everything(channel: ByteChannel): Reading {
  return new Reading(channel, 'read', LARGE, () => -1);
}

/** What is there, up to `size` bytes, receiving at most `part` bytes when there is nothing. */
export function some(channel: ByteChannel, call: string, size: number, part: number): Reading {
  const enough: Enough = ({ length }) => (length === 0 && size > 0 ? -1 : Math.min(length, size));
  return new Reading(channel, call, part, enough, size);
}

/** Up to and including the next `\n`, at most `limit` bytes. */
export function line(channel: ByteChannel, limit: number): Reading {
  let searched = 0;
  const enough: Enough = ({ bytes }) => {
    const end = bytes.indexOf(LINE_FEED, searched);
    searched = bytes.length;
    if (end >= 0) return Math.min(end + 1, limit);
    return bytes.length >= limit ? limit : -1;
  };
  return new Reading(channel, 'readline', READ_AHEAD, enough, limit);
}

/** What comes next, left where it is: at least one byte unless the stream has ended. */
export class Peeking implements Operation<Buffer> {
  readonly call = 'peek';
  readonly #channel: ByteChannel;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
  }

  run(): number {
    const { unread } = this.#channel;
    return unread.length > 0 ? unread.length : this.#channel.fill(READ_AHEAD);
  }

  finish(): Buffer {
    return this.#channel.unread.bytes;
  }
}
