/**
 * What every socket is, whatever it carries: an open descriptor with a family, a type, names, options and a time limit.
 *
 * The methods of a socket stand in five storeys, each in its own file: the descriptor (here), streams (`stream-socket.ts`),
 * bytes (`byte-socket.ts`), messages (`message-socket.ts`) and connections (`socket.ts`), which is what users hold. A
 * `TlsSocket` stands on the first two.
 */
import { inspect } from 'node:util';
import { OSError, OverflowError, ResourceWarning, RuntimeError, ValueError, warn } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { decodeAddress, encodeAddress, sockaddrBuffer } from './address.ts';
import type { Address } from './address.ts';
import type { SocketChannel } from './byte-channel.ts';
import { checkSize, toBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { getdefaulttimeout } from './default-timeout.ts';
import { describe } from './describe.ts';
import { closedError } from './outcome.ts';
import { hostAddressSync } from './resolve.ts';
import { checkTimeout } from './wait.ts';
import type { Seconds } from './wait.ts';

const { MSG_DONTWAIT } = constants;
const LARGEST_OPTION = 1024;

/** Closes what a program forgot, and says so. */
const leaks = new FinalizationRegistry<SocketChannel>((channel) => {
  if (channel.closed) return;
  channel.close();
  warn(`unclosed socket (descriptor ${channel.fd}); close it, or declare it with "using"`, ResourceWarning);
});

/** A descriptor that was taken out of its socket, and what was received by it and not read. */
export interface Released {
  readonly fileno: number;
  readonly unread: Buffer;
}

let unreadIn: (socket: Descriptor) => number;
let releaseFrom: (socket: Descriptor, call: string) => Released;

/** What a socket is made of. */
export interface Opened<C extends SocketChannel> {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly channel: C;
}

/** The first storey of a {@link Socket}. */
export class Descriptor<C extends SocketChannel = SocketChannel> implements Disposable, AsyncDisposable {
  static {
    // what `console.log` shows: the words of `toString()`, not our insides; a method of that name has no declaration
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Descriptor): string {
        return this.toString();
      },
    });
    unreadIn = (socket) => socket.channel?.unreadLength ?? 0;
    releaseFrom = (socket, call) => {
      const { unread } = socket.open(call);
      const bytes = unread.take(unread.length);
      return { fileno: socket.detach(), unread: bytes };
    };
  }

  readonly family: number;
  readonly type: number;
  readonly proto: number;
  protected channel: C | undefined;
  /** The limit of each call; 0: do not wait. */
  protected timeLimit: Seconds | null;
  /** Open to its files only: the user has closed it. */
  #lingering: C | undefined;
  /** Files made of this socket; the descriptor is closed after the last of them. */
  #files = 0;

  protected constructor({ family, type, proto, channel }: Opened<C>) {
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.channel = channel;
    this.timeLimit = getdefaulttimeout();
    leaks.register(this, channel, this);
  }

  /** The limit of each call in seconds: null for none, 0 for non-blocking. */
  get timeout(): Seconds | null {
    return this.timeLimit;
  }

  get closed(): boolean {
    return this.channel === undefined;
  }

  /** The descriptor; -1 when closed. */
  fileno(): number {
    return this.channel?.fd ?? -1;
  }

  /** Whether child processes inherit the descriptor: never, unless {@link setInheritable} has said so. */
  getInheritable(): boolean {
    const flags = check(syscalls.fcntl(this.open('get_inheritable').fd, constants.F_GETFD, 0), 'fcntl');
    return (flags & constants.FD_CLOEXEC) === 0;
  }

  /** Lets child processes inherit the descriptor, or not: FD_CLOEXEC of fcntl(2). */
  setInheritable(inheritable: boolean): void {
    const { fd } = this.open('set_inheritable');
    check(syscalls.fcntl(fd, constants.F_SETFD, inheritable ? 0 : constants.FD_CLOEXEC), 'fcntl');
  }

  // ---- names and options

  /**
   * Gives the socket its own address: bind(2). A host name is looked up, which blocks; '' is every interface and port 0
   * any free port.
   */
  bind(address: Address): void {
    const { fd } = this.open('bind');
    check(syscalls.bind(fd, this.resolveSync(address, 'bind')), 'bind', address);
  }

  /** Starts to accept connections, with room for `backlog` of them in the queue: listen(2). */
  listen(backlog: number = Math.min(constants.SOMAXCONN, 128)): void {
    checkSize(Math.max(0, backlog), 'backlog', 'listen');
    check(syscalls.listen(this.open('listen').fd, Math.max(0, backlog)), 'listen');
  }

  /** The socket's own address: getsockname(2). */
  getsockname(): Address {
    const buffer = sockaddrBuffer();
    check(syscalls.getsockname(this.open('getsockname').fd, buffer), 'getsockname');
    return decodeAddress(buffer);
  }

  /** The address at the other end: getpeername(2). Raises OSError (ENOTCONN) without one. */
  getpeername(): Address {
    const buffer = sockaddrBuffer();
    check(syscalls.getpeername(this.open('getpeername').fd, buffer), 'getpeername');
    return decodeAddress(buffer);
  }

  /** An option as an integer, or as up to `buflen` bytes: getsockopt(2). */
  getsockopt(level: number, name: number): number;
  getsockopt(level: number, name: number, buflen: number): Buffer;
  getsockopt(level: number, name: number, buflen?: number): number | Buffer {
    const { fd } = this.open('getsockopt');
    checkInteger(level, 'level', 'getsockopt');
    checkInteger(name, 'name', 'getsockopt');
    if (buflen !== undefined && !(Number.isInteger(buflen) && buflen > 0 && buflen <= LARGEST_OPTION)) {
      throw new ValueError(`getsockopt(): buflen must be 1 to ${LARGEST_OPTION}, not ${describe(buflen)}`);
    }
    const value = Buffer.alloc(buflen ?? Int32Array.BYTES_PER_ELEMENT);
    const length = check(syscalls.getsockopt(fd, level, name, value), 'getsockopt');
    return buflen === undefined ? value.readInt32LE() : value.subarray(0, length);
  }

  /**
   * Sets an option, an integer, a boolean, or the bytes of a struct: setsockopt(2). The few options whose value is a length
   * alone take `null, optlen`.
   */
  setsockopt(level: number, name: number, value: number | boolean | Bytes): void;
  setsockopt(level: number, name: number, value: null, optlen: number): void;
  setsockopt(level: number, name: number, value: number | boolean | Bytes | null, optlen?: number): void {
    const { fd } = this.open('setsockopt');
    checkInteger(level, 'level', 'setsockopt');
    checkInteger(name, 'name', 'setsockopt');
    const [bytes, length] = optionValue(value, optlen);
    check(syscalls.setsockopt(fd, level, name, bytes, length), 'setsockopt');
  }

  /** Bounds every later call by a time in seconds; null waits for ever, 0 never waits (BlockingIOError). */
  settimeout(timeout: Seconds | null): void {
    this.open('settimeout');
    this.timeLimit = checkTimeout(timeout);
  }

  gettimeout(): Seconds | null {
    return this.timeLimit;
  }

  /** `true` is `settimeout(null)`, `false` is `settimeout(0)`. */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  getblocking(): boolean {
    return this.timeLimit !== 0;
  }

  /** Ends one direction, or both: `SHUT_RD`, `SHUT_WR`, `SHUT_RDWR`; shutdown(2). */
  shutdown(how: number): void {
    const { fd } = this.open('shutdown');
    check(syscalls.shutdown(fd, checkInteger(how, 'how', 'shutdown')), 'shutdown');
  }

  // ---- the end

  /** Closes the socket; what waits on it is rejected. Twice is fine. */
  close(): void {
    const channel = this.channel;
    if (channel === undefined) return;
    this.channel = undefined;
    if (this.#files > 0) this.#lingering = channel;
    else shut(this, channel);
  }

  /**
   * Gives the descriptor up, open, and returns it; this object is closed. -1 if it was closed already. Raises RuntimeError
   * where bytes were received that nobody has read: what a file read ahead, or a call that failed in the middle.
   */
  detach(): number {
    const channel = this.channel;
    if (channel === undefined) return -1;
    if (channel.unreadLength > 0) {
      throw new RuntimeError(
        `detach() would lose ${channel.unreadLength} bytes that were received; take them with recv()`,
      );
    }
    this.channel = undefined;
    leaks.unregister(this);
    channel.detach?.();
    return channel.fd;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  toString(): string {
    return `[object Socket ${this.closed ? 'closed' : `descriptor ${this.fileno()}, family ${this.family}, type ${this.type}`}]`;
  }

  /** The channel of an open socket. */
  protected open(call: string): C {
    if (this.channel === undefined) throw closedError(call);
    return this.channel;
  }

  /** Closes this object alone: a duplicate of its descriptor has gone to another thread. What waits is rejected. */
  protected abandon(): void {
    const { channel } = this;
    this.channel = undefined;
    leaks.unregister(this);
    channel?.abandon?.();
  }

  /** Whether files of this socket are open, which keep its descriptor. */
  protected get hasFiles(): boolean {
    return this.#files > 0;
  }

  /** A file of this socket is open from now on. */
  protected beginFile(): void {
    this.#files++;
  }

  /** A file of this socket was closed. */
  protected endFile(): void {
    if (--this.#files === 0 && this.#lingering !== undefined) shut(this, this.#lingering);
  }

  /** Makes every failure of a call a rejection. */
  protected waiting<T>(call: string, begin: (channel: C) => Promise<T>): Promise<T> {
    try {
      return begin(this.open(call));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  protected timeoutWith(flags: number): Seconds | null {
    if (!Number.isInteger(flags)) {
      throw new TypeError(`flags must be an integer, not ${describe(flags)}; options come after the flags`);
    }
    return flags & MSG_DONTWAIT ? 0 : this.timeLimit;
  }

  /** The `sockaddr` of an address in the socket's family; undefined when a host is a name to look up. */
  protected sockaddrOf(address: Address, call: string): Uint8Array | undefined {
    return encodeAddress(this.family, address, call, this.proto);
  }

  protected resolveSync(address: Address, call: string): Uint8Array {
    // a socket that does not wait still has to know the address
    const limit = this.timeLimit || null;
    return this.sockaddrOf(address, call) ?? hostAddressSync(this.family, address, limit);
  }
}

function shut(socket: Descriptor, channel: SocketChannel): void {
  // a program of blocking calls may not come back to its event loop for long, and the registry cleans up only there
  leaks.unregister(socket);
  channel.close();
}

/** How many bytes were received and not read: what a file read ahead, or a call that failed in the middle. */
export function unreadLength(socket: Descriptor): number {
  return unreadIn(socket);
}

/** As `socket.detach()`, for those who carry the stream on. Raises EBADF for a closed socket. */
export function release(socket: Descriptor, call: string): Released {
  return releaseFrom(socket, call);
}

/** The outcome of a system call, or its error. */
export function check(outcome: number, syscall: string, address?: Address): number {
  if (outcome >= 0) return outcome;
  throw new OSError(outcome, address === undefined ? { syscall } : { syscall, address });
}

export function checkInteger(value: number, name: string, call: string): number {
  if (Number.isInteger(value)) return value;
  throw new TypeError(`${call}(): ${name} must be an integer, not ${describe(value)}`);
}

function optionValue(
  value: number | boolean | Bytes | null,
  optlen: number | undefined,
): [bytes: Uint8Array | null, length: number] {
  if (value === null) {
    if (optlen === undefined) throw new TypeError('setsockopt(): a value of null needs a length: optlen');
    checkSize(optlen, 'optlen', 'setsockopt');
    return [null, optlen];
  }
  if (optlen !== undefined) throw new TypeError('setsockopt(): optlen goes with a value of null only');
  const bytes = optionBytes(value);
  return [bytes, bytes.length];
}

function optionBytes(value: number | boolean | Bytes): Uint8Array {
  if (typeof value === 'number' || typeof value === 'boolean') {
    const number = Number(value);
    if (!Number.isInteger(number)) throw new TypeError(`setsockopt(): value must be an integer or bytes, not ${value}`);
    if (number !== (number | 0)) throw new OverflowError(`setsockopt(): value must fit 32 bits: ${value}`);
    return new Uint8Array(Int32Array.of(number).buffer);
  }
  return toBytes(value, 'setsockopt');
}
