/**
 * A stream of bytes as the reading calls and the files see it: a descriptor's `Channel`, or TLS over one.
 *
 *     recvExactly, recvUntil, lines, SocketFile ──▶ Operation.run() ──▶ unread, fill(), peek()     none of them waits
 *                          │                              ▲
 *                          └──▶ read(), readSync() ───────┘  again and again, until it does not give -EAGAIN
 */
import type { Operation } from './channel.ts';
import type { Unread } from './unread.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** An operation that sends, and tells how far it came. */
export interface Sending extends Operation<undefined> {
  readonly sent: number;
}

export interface ByteChannel {
  readonly closed: boolean;
  /** What was received before and comes first. A call that has to wait leaves here what it has got so far. */
  readonly unread: Unread;
  /** Receives up to `size` more bytes into {@link unread}: the count, 0 at the end of the stream, or minus errno. */
  fill(size: number): number;
  /**
   * What {@link fill} would receive, left where it is: bytes, empty at the end, or minus errno. Without it, what has come
   * behind the end of a record is kept in {@link unread}.
   */
  peek?(size: number): Buffer | number;
  /** The sending of all of `data`. */
  sending(data: Uint8Array, call: string): Sending;

  /** Runs an operation until it has an outcome: calls of a stream queue in their order. */
  read<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T>;
  readSync<T>(operation: Operation<T>, timeout: Seconds | null): T;
  write<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T>;
  writeSync<T>(operation: Operation<T>, timeout: Seconds | null): T;
}

/** The channel of a socket, which owns a descriptor. */
export interface SocketChannel extends ByteChannel {
  readonly fd: number;
  readonly unreadLength: number;
  close(): unknown;
  /** Lets go of the descriptor, which stays open. TLS cannot. */
  detach?(): void;
  /** Closes the descriptor, a duplicate of which lives on. TLS cannot. */
  abandon?(): void;
}
