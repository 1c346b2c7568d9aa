/**
 * Receiving a record of a stream: so many bytes, or up to a delimiter. What has come of it lies in the channel's `unread`
 * until the record is whole, so whatever ends the call in the middle, the next one finds it there.
 */
import type { ByteChannel } from './byte-channel.ts';
import type { Operation } from './channel.ts';
import { IncompleteReadError, LimitOverrunError } from './record-errors.ts';

/** More than this is received into memory of its full size. */
const LARGE = 64 * 1024;
/** How far a look ahead goes. */
const LOOK_AHEAD = 16 * 1024;
const LINE_FEED = Buffer.from('\n');

/** Exactly `size` bytes, and not one more. */
export class ReceiveExactly implements Operation<Buffer> {
  readonly call = 'recvExactly';
  readonly #channel: ByteChannel;
  readonly #size: number;

  constructor(channel: ByteChannel, size: number) {
    this.#channel = channel;
    this.#size = size;
  }

  run(): number {
    const { unread } = this.#channel;
    if (this.#size > LARGE) unread.reserve(this.#size);
    while (unread.length < this.#size) {
      const count = this.#channel.fill(this.#size - unread.length);
      if (count < 0) return count;
      if (count === 0) break;
    }
    return unread.length;
  }

  finish(length: number): Buffer {
    const data = this.#channel.unread.take(this.#size);
    if (length < this.#size) throw new IncompleteReadError(data, this.#size);
    return data;
  }
}

/**
 * Up to and including a delimiter; empty at the end of the stream. Looks ahead before it takes, so that nothing behind the
 * delimiter is taken, where the channel can.
 */
export class ReceiveUntil implements Operation<Buffer> {
  readonly call: string;
  protected readonly channel: ByteChannel;
  readonly #delimiter: Uint8Array;
  protected readonly limit: number;
  /** Up to here there is no delimiter. */
  #searched = 0;
  #isIncomplete = false;

  constructor(channel: ByteChannel, delimiter: Uint8Array, limit: number, call: string) {
    this.channel = channel;
    this.#delimiter = delimiter;
    this.limit = limit;
    this.call = call;
  }

  run(): number {
    const { unread } = this.channel;
    for (;;) {
      const end = this.#endIn(unread.bytes, this.#searched);
      if (end > 0 || unread.length >= this.limit) return end > 0 ? end : unread.length + 1;
      this.#searched = Math.max(0, unread.length - this.#delimiter.length + 1);
      const count = this.#fill();
      if (count < 0) return count;
      if (count === 0) {
        this.#isIncomplete = unread.length > 0;
        return unread.length;
      }
    }
  }

  finish(length: number): Buffer {
    if (length > this.limit) throw new LimitOverrunError(this.call, this.limit);
    const data = this.channel.unread.take(length);
    if (this.#isIncomplete) throw new IncompleteReadError(data, null);
    return data;
  }

  #fill(): number {
    const { unread } = this.channel;
    const most = Math.min(LOOK_AHEAD, this.limit - unread.length);
    const ahead = this.channel.peek?.(most);
    if (ahead === undefined) return this.channel.fill(LOOK_AHEAD);
    if (typeof ahead === 'number') return ahead;
    if (ahead.length === 0) return 0;
    return this.channel.fill(this.#lengthToTake(ahead));
  }

  /** All that was looked at is part of the record, unless the delimiter is in it. */
  #lengthToTake(ahead: Buffer): number {
    const before = this.channel.unread.bytes.subarray(this.#searched);
    // the delimiter may begin in what was taken before
    const joint = before.length === 0 ? ahead : Buffer.concat([before, ahead]);
    const end = this.#endIn(joint, 0);
    return end > 0 ? end - before.length : ahead.length;
  }

  /** Where the first delimiter ends; 0 without one. */
  #endIn(bytes: Buffer, from: number): number {
    const start = bytes.indexOf(this.#delimiter, from);
    return start < 0 ? 0 : start + this.#delimiter.length;
  }
}

/** The next line of a file without a buffer: the last one may lack its end, and a limit cuts it. */
export class ReceiveLine extends ReceiveUntil {
  constructor(channel: ByteChannel, limit: number) {
    super(channel, LINE_FEED, limit, 'readline');
  }

  override finish(length: number): Buffer {
    return this.channel.unread.take(Math.min(length, this.limit));
  }
}
