/**
 * A Berkeley socket: Python's `socket.socket`, with promises, and with blocking twins that end in `Sync`.
 *
 * https://docs.python.org/3/library/socket.html#socket-objects · socket(2), socket(7), tcp(7), udp(7), unix(7)
 */
import type { FileHandle } from 'node:fs/promises';
import { OSError, OverflowError, ResourceWarning, ValueError, warn } from '@p8/errors';
import { constants, memory, syscalls } from '@p8/syscall';
import { decodeAddress, describe, encodeAddress, sockaddrBuffer } from './address.ts';
import type { Address } from './address.ts';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { Channel, closedError } from './channel.ts';
import { connect, connectSync } from './connect.ts';
import { getdefaulttimeout } from './default-timeout.ts';
import * as op from './operations.ts';
import { MOST_FROM_SLAB } from './reactor.ts';
import { hostAddress, hostAddressSync } from './resolve.ts';
import { sendfile, sendfileSync } from './sendfile.ts';
import type { SendfileOptions } from './sendfile.ts';
import { SocketFile } from './socket-file.ts';
import type { SocketFileMode, SocketFileOptions } from './socket-file.ts';
import { isTurnOver } from './turn.ts';
import { checkTimeout, EAGAIN } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

const { AF_INET, AF_INET6, AF_UNIX, MSG_DONTWAIT, MSG_WAITALL, SOCK_STREAM } = constants;
const { SO_DOMAIN, SO_PROTOCOL, SO_TYPE, SOL_SOCKET } = constants;
const SENT = Promise.resolve();
/** socket(2) takes these flags with the type. */
const TYPE_FLAGS = 0o2000000 | 0o4000;
const LARGEST_OPTION = 1024;
/** Marks a descriptor that came from accept4 or socketpair, with its flags set. */
const READY = Symbol('ready');

/** Closes what a program forgot, and says so. */
const leaks = new FinalizationRegistry<Channel>((channel) => {
  if (channel.closed) return;
  channel.close();
  warn(`unclosed socket (descriptor ${channel.fd}); close it, or declare it with "using"`, ResourceWarning);
});

export interface SocketOptions {
  /** An open descriptor to adopt; what is not given of family, type and protocol is read from it. */
  readonly fileno?: number | undefined;
}

/**
 * An endpoint of communication.
 *
 * For callers: `bind`, `listen`, `accept`, `connect`, `recv`, `send` and their kin; `close`, or `using`. A call that may
 * wait returns a promise, takes `{ signal }`, and is bounded as a whole by {@link settimeout}; its twin in `Sync` blocks
 * the thread. Every failed call raises the OSError of its errno; a call on a closed socket raises EBADF, and closing
 * rejects what waits.
 */
export class Socket implements Disposable, AsyncDisposable {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  #channel: Channel | undefined;
  #timeout: Seconds | null;
  /** Files made of this socket; the descriptor is closed after the last of them. */
  #files = 0;
  /** Open to its files only: the user has closed it. */
  #lingering: Channel | undefined;

  /**
   * Creates a socket (AF_INET, SOCK_STREAM and protocol 0 unless given), or adopts `fileno`. Nothing is connected yet.
   * Raises the OSError of socket(2), TypeError and ValueError for a `fileno` that is no descriptor.
   */
  constructor(family?: number, type?: number, proto?: number, options: SocketOptions = {}) {
    const { fileno } = options;
    if (fileno === undefined) {
      this.family = checkInteger(family ?? AF_INET, 'family', 'socket');
      this.type = checkInteger(type ?? SOCK_STREAM, 'type', 'socket') & ~TYPE_FLAGS;
      this.proto = checkInteger(proto ?? 0, 'proto', 'socket');
      this.#channel = openChannel(check(syscalls.socket(this.family, this.type, this.proto), 'socket'), this);
    } else {
      checkSize(fileno, 'fileno', 'socket');
      this.family = family ?? ask(fileno, SO_DOMAIN);
      this.type = type ?? ask(fileno, SO_TYPE);
      this.proto = proto ?? ask(fileno, SO_PROTOCOL);
      if (!(READY in options)) setFlags(fileno);
      this.#channel = openChannel(fileno, this);
    }
    this.#timeout = getdefaulttimeout();
    leaks.register(this, this.#channel);
  }

  /** The limit of each call in seconds: null for none, 0 for non-blocking. */
  get timeout(): Seconds | null {
    return this.#timeout;
  }

  get closed(): boolean {
    return this.#channel === undefined;
  }

  /** The descriptor; -1 when closed. */
  fileno(): number {
    return this.#channel?.fd ?? -1;
  }

  // ---- names and options

  /**
   * Gives the socket its own address: bind(2). A host name is looked up, which blocks; '' is every interface and port 0
   * any free port.
   */
  bind(address: Address): void {
    const { fd } = this.#open('bind');
    check(syscalls.bind(fd, this.#resolveSync(address, 'bind')), 'bind', address);
  }

  /** Starts to accept connections, with room for `backlog` of them in the queue: listen(2). */
  listen(backlog: number = Math.min(constants.SOMAXCONN, 128)): void {
    checkSize(Math.max(0, backlog), 'backlog', 'listen');
    check(syscalls.listen(this.#open('listen').fd, Math.max(0, backlog)), 'listen');
  }

  /** The socket's own address: getsockname(2). */
  getsockname(): Address {
    const buffer = sockaddrBuffer();
    check(syscalls.getsockname(this.#open('getsockname').fd, buffer), 'getsockname');
    return decodeAddress(buffer);
  }

  /** The address at the other end: getpeername(2). Raises OSError (ENOTCONN) without one. */
  getpeername(): Address {
    const buffer = sockaddrBuffer();
    check(syscalls.getpeername(this.#open('getpeername').fd, buffer), 'getpeername');
    return decodeAddress(buffer);
  }

  /** An option as an integer, or as up to `buflen` bytes: getsockopt(2). */
  getsockopt(level: number, name: number): number;
  getsockopt(level: number, name: number, buflen: number): Buffer;
  getsockopt(level: number, name: number, buflen?: number): number | Buffer {
    const { fd } = this.#open('getsockopt');
    checkInteger(level, 'level', 'getsockopt');
    checkInteger(name, 'name', 'getsockopt');
    if (buflen !== undefined && !(Number.isInteger(buflen) && buflen > 0 && buflen <= LARGEST_OPTION)) {
      throw new ValueError(`getsockopt(): buflen must be 1 to ${LARGEST_OPTION}, not ${describe(buflen)}`);
    }
    const value = Buffer.alloc(buflen ?? Int32Array.BYTES_PER_ELEMENT);
    const length = check(syscalls.getsockopt(fd, level, name, value), 'getsockopt');
    return buflen === undefined ? value.readInt32LE() : value.subarray(0, length);
  }

  /** Sets an option, an integer, a boolean, or the bytes of a struct: setsockopt(2). */
  setsockopt(level: number, name: number, value: number | boolean | Bytes): void {
    const { fd } = this.#open('setsockopt');
    checkInteger(level, 'level', 'setsockopt');
    checkInteger(name, 'name', 'setsockopt');
    check(syscalls.setsockopt(fd, level, name, optionBytes(value)), 'setsockopt');
  }

  /** Bounds every later call by a time in seconds; null waits for ever, 0 never waits (BlockingIOError). */
  settimeout(timeout: Seconds | null): void {
    this.#open('settimeout');
    this.#timeout = checkTimeout(timeout);
  }

  gettimeout(): Seconds | null {
    return this.#timeout;
  }

  /** `true` is `settimeout(null)`, `false` is `settimeout(0)`. */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  getblocking(): boolean {
    return this.#timeout !== 0;
  }

  // ---- connections

  /** The next connection and its peer; waits for one. The new socket has the default timeout. */
  accept(options?: WaitOptions): Promise<[Socket, Address]> {
    return this.#waiting('accept', (channel) => channel.read(this, this.#accepting(channel), this.#timeout, options));
  }

  acceptSync(): [Socket, Address] {
    const channel = this.#open('accept');
    return channel.readSync(this.#accepting(channel), this.#timeout);
  }

  /**
   * Connects to an address: connect(2). A host name is looked up first, within the same time limit; for a choice among
   * several addresses take `createConnection`. Raises gaierror for an unknown name, ConnectionRefusedError, TimeoutError.
   */
  async connect(address: Address, options?: WaitOptions): Promise<void> {
    const errno = await this.connectEx(address, options);
    if (errno !== 0) throw new OSError(errno, { syscall: 'connect', address });
  }

  connectSync(address: Address): void {
    const errno = this.connectExSync(address);
    if (errno !== 0) throw new OSError(errno, { syscall: 'connect', address });
  }

  /** As {@link connect}, but returns the errno of connect(2), 0 for success; other errors are raised all the same. */
  async connectEx(address: Address, options?: WaitOptions): Promise<number> {
    this.#open('connect');
    const timeout = this.#timeout;
    const started = performance.now();
    const sockaddr =
      encodeAddress(this.family, address, 'connect') ??
      (await hostAddress(this.family, this.type, address, { timeout: timeout || null, signal: options?.signal }));
    const left = timeout ? Math.max(timeout - (performance.now() - started) / 1000, Number.MIN_VALUE) : timeout;
    return connect(this, this.#open('connect'), sockaddr, left, options);
  }

  connectExSync(address: Address): number {
    const channel = this.#open('connect');
    return connectSync(channel, this.#resolveSync(address, 'connect'), this.#timeout);
  }

  /** Ends one direction, or both: `SHUT_RD`, `SHUT_WR`, `SHUT_RDWR`; shutdown(2). */
  shutdown(how: number): void {
    const { fd } = this.#open('shutdown');
    check(syscalls.shutdown(fd, checkInteger(how, 'how', 'shutdown')), 'shutdown');
  }

  // ---- receiving

  /**
   * Up to `bufsize` bytes, as soon as there are any; empty at the end of a stream: recv(2). A longer datagram is cut.
   * With MSG_WAITALL a stream's read goes on until `bufsize` bytes have come; fewer when an end, an error or the time limit
   * comes first.
   */
  recv(bufsize: number, flags = 0, options?: WaitOptions): Promise<Buffer> {
    const channel = this.#channel;
    if (channel === undefined) return Promise.reject(closedError('recv'));
    try {
      checkSize(bufsize, 'bufsize', 'recv');
      if (flags & MSG_WAITALL) return this.#receiveAll(channel, bufsize, flags, options);
      if (flags === 0 && bufsize > 0 && bufsize <= MOST_FROM_SLAB) {
        return channel.receive(this, bufsize, this.#timeout, options);
      }
      if (bufsize === 0) return Promise.resolve(Buffer.alloc(0));
      return channel.read(this, new op.Receive(channel.fd, bufsize, flags), this.#timeoutWith(flags), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvSync(bufsize: number, flags = 0): Buffer {
    const channel = this.#open('recv');
    checkSize(bufsize, 'bufsize', 'recv');
    if (bufsize === 0) return Buffer.alloc(0);
    if (flags & MSG_WAITALL) return this.#receiveAllSync(channel, bufsize, flags);
    return channel.readSync(new op.Receive(channel.fd, bufsize, flags), this.#timeoutWith(flags));
  }

  /** Receives into `buffer`, at most `nbytes` of it (0: all); returns the count, 0 at the end of a stream. */
  recvInto(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return this.#waiting('recv_into', (channel) => {
      const target = toTarget(buffer, nbytes, 'recvInto');
      if (target.length === 0) return Promise.resolve(0);
      const operation = new op.ReceiveInto(channel.fd, target, flags);
      return channel.read(this, operation, this.#timeoutWith(flags), options);
    });
  }

  recvIntoSync(buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer, nbytes = 0, flags = 0): number {
    const channel = this.#open('recv_into');
    const target = toTarget(buffer, nbytes, 'recvInto');
    if (target.length === 0) return 0;
    const operation = new op.ReceiveInto(channel.fd, target, flags);
    return channel.readSync(operation, this.#timeoutWith(flags));
  }

  /** A message and its sender: recvfrom(2). */
  recvfrom(bufsize: number, flags = 0, options?: WaitOptions): Promise<[Buffer, Address]> {
    return this.#waiting('recvfrom', (channel) =>
      channel.read(this, receiveFrom(channel, bufsize, flags), this.#timeoutWith(flags), options),
    );
  }

  recvfromSync(bufsize: number, flags = 0): [Buffer, Address] {
    const channel = this.#open('recvfrom');
    return channel.readSync(receiveFrom(channel, bufsize, flags), this.#timeoutWith(flags));
  }

  /** As {@link recvfrom}, into `buffer`; returns the count and the sender. */
  recvfromInto(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[number, Address]> {
    return this.#waiting('recvfrom_into', (channel) =>
      channel.read(
        this,
        new op.ReceiveFromInto(channel.fd, toTarget(buffer, nbytes, 'recvfromInto'), flags),
        this.#timeoutWith(flags),
        options,
      ),
    );
  }

  recvfromIntoSync(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
  ): [number, Address] {
    const channel = this.#open('recvfrom_into');
    const operation = new op.ReceiveFromInto(channel.fd, toTarget(buffer, nbytes, 'recvfromInto'), flags);
    return channel.readSync(operation, this.#timeoutWith(flags));
  }

  // ---- sending

  /** Sends what the kernel takes at once, and returns how much that was: send(2). Waits while it takes nothing. */
  send(data: Bytes, flags = 0, options?: WaitOptions): Promise<number> {
    return this.#waiting('send', (channel) =>
      channel.write(this, new op.Send(channel.fd, toBytes(data, 'send'), flags), this.#timeoutWith(flags), options),
    );
  }

  sendSync(data: Bytes, flags = 0): number {
    const channel = this.#open('send');
    return channel.writeSync(new op.Send(channel.fd, toBytes(data, 'send'), flags), this.#timeoutWith(flags));
  }

  /** Sends everything. An OSError of it carries `bytesSent`: how much the kernel had taken before. */
  sendall(data: Bytes, flags = 0, options?: WaitOptions): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return Promise.reject(closedError('sendall'));
    try {
      const bytes = toBytes(data, 'sendall');
      const timeout = this.#timeoutWith(flags);
      if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
      let sent = 0;
      if (!channel.writing && (timeout === 0 || !isTurnOver())) {
        sent = syscalls.send(channel.fd, bytes, 0, bytes.length, flags);
        if (sent === bytes.length) return SENT;
        // the kernel tells an error once: trying again would find another, or none
        if (sent < 0 && sent !== -EAGAIN) throw op.failedSendall(sent);
      }
      return channel.write(this, new op.SendAll(channel.fd, bytes, flags, Math.max(0, sent)), timeout, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  sendallSync(data: Bytes, flags = 0): void {
    const channel = this.#open('sendall');
    channel.writeSync(new op.SendAll(channel.fd, toBytes(data, 'sendall'), flags, 0), this.#timeoutWith(flags));
  }

  /** Sends one message to an address: sendto(2). A host name is looked up first. */
  sendto(data: Bytes, address: Address): Promise<number>;
  sendto(data: Bytes, flags: number, address: Address, options?: WaitOptions): Promise<number>;
  async sendto(data: Bytes, second: number | Address, third?: Address, options?: WaitOptions): Promise<number> {
    const [flags, address] = flagsAndAddress(second, third);
    this.#open('sendto');
    const bytes = toBytes(data, 'sendto');
    const limits = { timeout: this.#timeout || null, signal: options?.signal };
    const sockaddr =
      encodeAddress(this.family, address, 'sendto') ?? (await hostAddress(this.family, this.type, address, limits));
    const channel = this.#open('sendto');
    return channel.write(this, new op.SendTo(channel.fd, bytes, flags, sockaddr), this.#timeoutWith(flags), options);
  }

  sendtoSync(data: Bytes, address: Address): number;
  sendtoSync(data: Bytes, flags: number, address: Address): number;
  sendtoSync(data: Bytes, second: number | Address, third?: Address): number {
    const [flags, address] = flagsAndAddress(second, third);
    const channel = this.#open('sendto');
    const sockaddr = this.#resolveSync(address, 'sendto');
    return channel.writeSync(
      new op.SendTo(channel.fd, toBytes(data, 'sendto'), flags, sockaddr),
      this.#timeoutWith(flags),
    );
  }

  /**
   * Sends a regular file from `offset` on, `count` bytes of it or all, and returns how many were sent. The file's position
   * is moved behind them. The event loop is not held up by a slow disk. Raises ValueError for a socket that is no
   * stream or does not wait, and for a count below 1.
   */
  sendfile(file: number | FileHandle, offset = 0, count?: number, options?: SendfileOptions): Promise<number> {
    return this.#waiting('sendfile', (channel) => {
      this.#checkStream('sendfile');
      return sendfile(this, channel, file, offset, count, this.#timeout, options);
    });
  }

  sendfileSync(file: number | FileHandle, offset = 0, count?: number): number {
    const channel = this.#open('sendfile');
    this.#checkStream('sendfile');
    return sendfileSync(channel, file, offset, count, this.#timeout);
  }

  /**
   * A buffered file over the stream, to read (`'r'`), write (`'w'`) or both (`'rw'`). The descriptor stays open until the
   * socket and all its files are closed.
   */
  makefile(mode: SocketFileMode = 'r', options?: SocketFileOptions): SocketFile {
    const channel = this.#open('makefile');
    const file = new SocketFile(this, channel, mode, options, () => {
      if (--this.#files === 0) this.#lingering?.close();
    });
    this.#files++;
    return file;
  }

  // ---- the end

  /** Closes the socket; what waits on it is rejected. Twice is fine. */
  close(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    this.#channel = undefined;
    if (this.#files > 0) this.#lingering = channel;
    else channel.close();
  }

  /** Gives the descriptor up, open, and returns it; this object is closed. -1 if it was closed already. */
  detach(): number {
    const channel = this.#channel;
    if (channel === undefined) return -1;
    this.#channel = undefined;
    channel.detach();
    return channel.fd;
  }

  /** A second socket on a duplicate of the descriptor, with the same timeout: dup(2). */
  dup(): Socket {
    const fileno = check(syscalls.dup(this.#open('dup').fd), 'dup');
    const copy = new Socket(this.family, this.type, this.proto, { fileno });
    copy.#timeout = this.#timeout;
    return copy;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return SENT;
  }

  toString(): string {
    return `[object Socket ${this.closed ? 'closed' : `descriptor ${this.fileno()}, family ${this.family}, type ${this.type}`}]`;
  }

  #open(call: string): Channel {
    if (this.#channel === undefined) throw closedError(call);
    return this.#channel;
  }

  /** Makes every failure of a call a rejection. */
  #waiting<T>(call: string, begin: (channel: Channel) => Promise<T>): Promise<T> {
    try {
      return begin(this.#open(call));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #timeoutWith(flags: number): Seconds | null {
    if (!Number.isInteger(flags)) {
      throw new TypeError(`flags must be an integer, not ${describe(flags)}; options come after the flags`);
    }
    return flags & MSG_DONTWAIT ? 0 : this.#timeout;
  }

  #accepting(channel: Channel): op.Accept<[Socket, Address]> {
    return new op.Accept(channel.fd, (fileno, address) => [fresh(fileno, this.family, this.type, this.proto), address]);
  }

  async #receiveAll(channel: Channel, size: number, flags: number, options?: WaitOptions): Promise<Buffer> {
    const operation = new op.ReceiveAll(channel.fd, size, flags);
    try {
      return await channel.read(this, operation, this.#timeoutWith(flags), options);
    } catch (error) {
      return operation.partial(error);
    }
  }

  #receiveAllSync(channel: Channel, size: number, flags: number): Buffer {
    const operation = new op.ReceiveAll(channel.fd, size, flags);
    try {
      return channel.readSync(operation, this.#timeoutWith(flags));
    } catch (error) {
      return operation.partial(error);
    }
  }

  #resolveSync(address: Address, call: string): Uint8Array {
    // a socket that does not wait still has to know the address
    const limit = this.#timeout || null;
    return encodeAddress(this.family, address, call) ?? hostAddressSync(this.family, this.type, address, limit);
  }

  #checkStream(call: string): void {
    if (this.type !== SOCK_STREAM) throw new ValueError(`${call}() needs a stream socket (SOCK_STREAM)`);
    if (this.#timeout === 0) throw new ValueError(`${call}() needs a socket that may wait; settimeout() is 0`);
  }
}

/** A socket on a descriptor of our own making. */
export function fresh(fileno: number, family: number, type: number, proto: number): Socket {
  const options = { fileno, [READY]: true };
  return new Socket(family, type, proto, options);
}

/** The outcome of a system call, or its error. */
function check(outcome: number, syscall: string, address?: Address): number {
  if (outcome >= 0) return outcome;
  throw new OSError(outcome, address === undefined ? { syscall } : { syscall, address });
}

function checkInteger(value: number, name: string, call: string): number {
  if (Number.isInteger(value)) return value;
  throw new TypeError(`${call}(): ${name} must be an integer, not ${describe(value)}`);
}

function openChannel(fd: number, { family, type }: Socket): Channel {
  const isInternet = family === AF_INET || family === AF_INET6;
  if (type !== SOCK_STREAM || !(isInternet || family === AF_UNIX)) return new Channel(fd, memory.KIND_OTHER);
  return new Channel(fd, isInternet ? memory.KIND_TCP : memory.KIND_UNIX_STREAM);
}

/** What an adopted descriptor says of itself. */
function ask(fd: number, option: number): number {
  const value = Buffer.alloc(Int32Array.BYTES_PER_ELEMENT);
  check(syscalls.getsockopt(fd, SOL_SOCKET, option, value), 'getsockopt');
  return value.readInt32LE();
}

/** Inside, every descriptor is non-blocking and closed on exec, whatever the user sees. */
function setFlags(fd: number): void {
  const flags = check(syscalls.fcntl(fd, constants.F_GETFL, 0), 'fcntl');
  check(syscalls.fcntl(fd, constants.F_SETFL, flags | constants.O_NONBLOCK), 'fcntl');
  check(syscalls.fcntl(fd, constants.F_SETFD, constants.FD_CLOEXEC), 'fcntl');
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

function receiveFrom({ fd }: Channel, bufsize: number, flags: number): op.ReceiveFrom {
  checkSize(bufsize, 'bufsize', 'recvfrom');
  return new op.ReceiveFrom(fd, bufsize, flags);
}

function flagsAndAddress(second: number | Address, third: Address | undefined): [number, Address] {
  if (typeof second === 'number' && third !== undefined) return [second, third];
  if (typeof second !== 'number' && third === undefined) return [0, second];
  throw new TypeError('sendto() takes (data, address) or (data, flags, address)');
}
