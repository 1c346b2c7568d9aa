/**
 * What can go wrong with an FTP server, as in `ftplib`: `error_temp`, `error_perm`, `error_proto`, `error_reply`.
 *
 *     FTPError
 *     ├── ReplyError            the server said something else than was needed
 *     │   ├── TemporaryError    4xx: the same may work later
 *     │   └── PermanentError    5xx: it will not
 *     ├── ProtocolError         what the server sent is no FTP, or has no end
 *     └── TransferError         a file did not arrive whole, or cannot be resumed
 *
 * Errors of the connection itself are those of `@p8/socket`: `ConnectionRefusedError`, `TimeoutError`, `EOFError`.
 *
 * https://docs.python.org/3/library/ftplib.html#ftplib.error_reply
 */
import { Exception } from '@p8/errors';
import { printable } from './names.ts';
import type { Reply } from './reply.ts';

/** The base of all errors of the FTP client. */
export class FTPError extends Exception {}

/** The server's reply was not the one that was needed. Made by {@link replyError}, as the subclass for its code. */
export class ReplyError extends FTPError {
  /** The three digits: 550. */
  readonly code: number;
  /** The text of each line, without code and line end, as the server sent it: it may hold any character. */
  readonly lines: readonly string[];
  /** The command that was answered, with a password hidden; undefined for the greeting. */
  readonly command: string | undefined;

  constructor(reply: Reply, command?: string, options?: ErrorOptions) {
    const asked = command === undefined ? '' : ` (${printable(command)})`;
    super(`${reply.code} ${printable(reply.lines.join(' ').trim())}${asked}`, options);
    this.code = reply.code;
    this.lines = reply.lines;
    this.command = command;
  }
}

/** A reply from 400 to 499: the server cannot do it now. */
export class TemporaryError extends ReplyError {}

/** A reply from 500 to 599: the server will not do it. */
export class PermanentError extends ReplyError {}

/** What the server sent breaks the rules or a limit. Where replies may be out of step, the session is closed. */
export class ProtocolError extends FTPError {
  /** The beginning of what was received, with unprintable characters as they came. */
  readonly received: string;

  constructor(message: string, received: string, options?: ErrorOptions) {
    super(`${message}: ${JSON.stringify(received.slice(0, 80))}`, options);
    this.received = received;
  }
}

/** A file did not arrive as it is at the other end, or the part that is here cannot be continued. */
export class TransferError extends FTPError {
  /** The file that was written or read here. */
  readonly path: string;
  readonly expected: number | string | undefined;
  readonly actual: number | string | undefined;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly path: string;
      readonly expected?: number | string;
      readonly actual?: number | string;
    },
  ) {
    super(message, options);
    this.path = options.path;
    this.expected = options.expected;
    this.actual = options.actual;
  }
}

/** The error for a reply: by the first digit, a plain {@link ReplyError} for good replies that came unexpected. */
export function replyError(reply: Reply, command?: string, options?: ErrorOptions): ReplyError {
  if (reply.code >= 500) return new PermanentError(reply, command, options);
  if (reply.code >= 400) return new TemporaryError(reply, command, options);
  return new ReplyError(reply, command, options);
}

/** Whether the server does not know the command, so that an older one is worth a try. */
export function isUnknownCommand(error: unknown): boolean {
  return error instanceof PermanentError && [500, 501, 502, 504].includes(error.code);
}
