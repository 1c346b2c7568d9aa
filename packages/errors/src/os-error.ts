/**
 * `OSError` and its subclasses: what a failed system call raises. Errors that Node's own modules throw (`fs`, `net`,
 * `child_process`) are matched by their `code`: `error instanceof FileNotFoundError` is true for an `ENOENT` of `fs`.
 *
 * https://docs.python.org/3/library/exceptions.html#os-exceptions
 */
import { codeOf, errnoOf, strerror } from './errno.ts';
import { Exception, foreignCode, isError } from './exceptions.ts';
import { repr } from './repr.ts';

/** What a socket was told: `[host, port]`, a path, the bytes of an abstract name, or any other family's tuple. */
export type ErrorAddress = string | Uint8Array | readonly unknown[];

export interface OSErrorOptions extends ErrorOptions {
  /** The number, where the message is a text of your own. Its sign does not matter. */
  readonly errno?: number;
  /** The name instead of the number: `'ECONNREFUSED'`. */
  readonly code?: string;
  /** The system's words for it, where they should differ from the usual ones. */
  readonly strerror?: string;
  /** The call that failed: `'connect'`. */
  readonly syscall?: string;
  readonly address?: ErrorAddress;
  /** The file: Python's `filename`. */
  readonly path?: string;
  /** The second file of a call that has two: Python's `filename2`, Node's `dest`. */
  readonly dest?: string;
}

/**
 * A system call failed.
 *
 *     new OSError(111, { syscall: 'connect', address: ['127.0.0.1', 9999] })
 *       // ConnectionRefusedError: [Errno 111] Connection refused (connect 127.0.0.1:9999)
 *     new OSError(2, { path: 'a.txt' })         // FileNotFoundError: [Errno 2] No such file or directory: 'a.txt'
 *     new OSError('no free port', { code: 'EADDRINUSE' })              // the words are yours
 *
 * Made with a number or a code, it is an instance of the subclass for it, as in Python. A subclass stays what it is:
 * `new ConnectionError(111)` and your own classes are never replaced.
 *
 * On errors made by Node, `errno` is negative and `strerror` absent: compare `code`, which both have.
 */
export class OSError extends Exception {
  /** The error's name: `'ECONNREFUSED'`. */
  declare readonly code?: string;
  /** The error's number, positive: 111. */
  declare readonly errno?: number;
  /** The system's words: `'Connection refused'`. */
  declare readonly strerror?: string;
  declare readonly syscall?: string;
  declare readonly address?: ErrorAddress;
  declare readonly path?: string;
  declare readonly dest?: string;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return super[Symbol.hasInstance](value) || (this === OSError && isError(value) && isSystemError(value));
  }

  /**
   * @param reason the error's number, as the system gave it (its sign does not matter), or a message of your own
   */
  constructor(reason?: string | number, options: OSErrorOptions = {}) {
    const given = typeof reason === 'number' ? reason : options.errno;
    const errno = given === undefined ? errnoOf(options.code ?? '') : Math.abs(given);
    const code = errno === undefined ? options.code : codeOf(errno);
    const words = options.strerror ?? (errno === undefined ? undefined : strerror(errno));
    super(typeof reason === 'number' ? `[Errno ${errno}] ${words}${context(options)}` : reason, options);
    if (code !== undefined) this.code = code;
    if (errno !== undefined) this.errno = errno;
    if (words !== undefined) this.strerror = words;
    if (options.syscall !== undefined) this.syscall = options.syscall;
    if (options.address !== undefined) this.address = options.address;
    if (options.path !== undefined) this.path = options.path;
    if (options.dest !== undefined) this.dest = options.dest;
    const type = new.target === OSError && code !== undefined && subclassOf(code);
    if (type) Object.setPrototypeOf(this, type.prototype);
  }
}

/** The call would have waited, and was told not to. */
export class BlockingIOError extends OSError {
  static override readonly codes: readonly string[] = ['EAGAIN', 'EWOULDBLOCK', 'EALREADY', 'EINPROGRESS'];
  /** How much was written before the call would have waited. */
  declare readonly charactersWritten?: number;

  constructor(reason?: string | number, options?: OSErrorOptions & { readonly charactersWritten?: number }) {
    super(reason, options);
    if (options?.charactersWritten !== undefined) this.charactersWritten = options.charactersWritten;
  }
}

/** There is no such child process. */
export class ChildProcessError extends OSError {
  static override readonly codes: readonly string[] = ['ECHILD'];
}

/** The base of the four errors of a connection. */
export class ConnectionError extends OSError {
  static override readonly codes: readonly string[] = [
    'EPIPE',
    'ESHUTDOWN',
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
  ];
}

/** Writing to a connection whose other end, or whose sending direction, is closed. */
export class BrokenPipeError extends ConnectionError {
  static override readonly codes: readonly string[] = ['EPIPE', 'ESHUTDOWN'];
}

/** The peer gave up before the connection was accepted. */
export class ConnectionAbortedError extends ConnectionError {
  static override readonly codes: readonly string[] = ['ECONNABORTED'];
}

/** Nobody listens there. */
export class ConnectionRefusedError extends ConnectionError {
  static override readonly codes: readonly string[] = ['ECONNREFUSED'];
}

/** The peer dropped the connection. */
export class ConnectionResetError extends ConnectionError {
  static override readonly codes: readonly string[] = ['ECONNRESET'];
}

/** It exists already. */
export class FileExistsError extends OSError {
  static override readonly codes: readonly string[] = ['EEXIST'];
}

/** There is no such file. */
export class FileNotFoundError extends OSError {
  static override readonly codes: readonly string[] = ['ENOENT'];
}

/** A signal interrupted the call; our own calls try again. */
export class InterruptedError extends OSError {
  static override readonly codes: readonly string[] = ['EINTR'];
}

/** A directory, where a file was needed. */
export class IsADirectoryError extends OSError {
  static override readonly codes: readonly string[] = ['EISDIR'];
}

/** Not a directory, where one was needed. */
export class NotADirectoryError extends OSError {
  static override readonly codes: readonly string[] = ['ENOTDIR'];
}

/** Not allowed. */
export class PermissionError extends OSError {
  static override readonly codes: readonly string[] = ['EACCES', 'EPERM'];
}

/** There is no such process. */
export class ProcessLookupError extends OSError {
  static override readonly codes: readonly string[] = ['ESRCH'];
}

/**
 * A time limit was reached: the system's (`ETIMEDOUT`), one of ours (`new TimeoutError('timed out')`, no `code`), or
 * the platform's (`AbortSignal.timeout`).
 */
export class TimeoutError extends OSError {
  static override readonly codes: readonly string[] = ['ETIMEDOUT'];
}

const subclasses = [
  BlockingIOError,
  ChildProcessError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  PermissionError,
  ProcessLookupError,
  TimeoutError,
];

function subclassOf(code: string): typeof OSError | undefined {
  return subclasses.find((type) => type.codes.includes(code));
}

/** An error of Node's that comes from the system: `ENOENT` of `fs`, but also `ENOTFOUND` of `dns`; no `ERR_…`. */
function isSystemError(error: Error & { readonly syscall?: unknown }): boolean {
  const code = foreignCode(error);
  return code !== undefined && (typeof error.syscall === 'string' || errnoOf(code) !== undefined);
}

/** What follows the system's words: `: 'a' -> 'b'` as in Python, then ` (connect 127.0.0.1:9999)`. */
function context({ path, dest, syscall, address }: OSErrorOptions): string {
  const files = [path, dest].filter((file) => file !== undefined).map((file) => repr(file));
  const call = [syscall, address === undefined ? undefined : format(address)].filter((word) => word !== undefined);
  return (files.length > 0 ? `: ${files.join(' -> ')}` : '') + (call.length > 0 ? ` (${call.join(' ')})` : '');
}

function format(address: ErrorAddress): string {
  if (address instanceof Uint8Array) return repr(Buffer.from(address).toString('latin1'));
  if (typeof address === 'string') return repr(address);
  const [host, port] = address;
  if (typeof host !== 'string' || typeof port !== 'number') return repr(address);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
