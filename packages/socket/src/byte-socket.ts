/** The third storey of a socket: bytes in and out, with and without the address of the other side. */
import { ValueError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import type { Address } from './address.ts';
import { Aside, ASIDE } from './aside.ts';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Channel, Operation } from './channel.ts';
import { openSocket } from './open-socket.ts';
import type { SocketOptions } from './open-socket.ts';
import * as op from './operations.ts';
import { failedSendall, Send, SendAll, SendTo } from './send-operations.ts';
import { LENT_SIZE } from './lent-memory.ts';
import { closedError } from './outcome.ts';
import { MOST_FROM_SLAB } from './reactor.ts';
import { hostAddress } from './resolve.ts';
import { StreamSocket } from './stream-socket.ts';
import { isTurnOver } from './turn.ts';
import { EAGAIN } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

const { MSG_WAITALL } = constants;
const SENT = Promise.resolve();

/** The third storey of a {@link Socket}. */
export class ByteSocket extends StreamSocket<Channel> {
  /** Made by the first call that reads what is not ordinary data. */
  #aside: Aside | undefined;

  /**
   * Creates a socket (AF_INET, SOCK_STREAM and protocol 0 unless given), or adopts `fileno`. Nothing is connected yet.
   * Raises the OSError of socket(2), TypeError and ValueError for a `fileno` that is no descriptor.
   */
  constructor(family?: number, type?: number, proto?: number, options: SocketOptions = {}) {
    super(openSocket(family, type, proto, options));
  }

  override close(): void {
    super.close();
    this.#aside?.close();
  }

  override detach(): number {
    const fd = super.detach();
    this.#aside?.close();
    return fd;
  }

  protected override abandon(): void {
    this.#aside?.close();
    super.abandon();
  }

  // ---- receiving

  /**
   * Up to `bufsize` bytes, as soon as there are any; empty at the end of a stream: recv(2). A longer datagram is cut.
   * With MSG_WAITALL a stream's read goes on until `bufsize` bytes have come; fewer when an end, an error or the time limit
   * comes first, and with MSG_PEEK, which looks at what is there.
   */
  recv(bufsize: number, flags = 0, options?: WaitOptions): Promise<Buffer> {
    const channel = this.channel;
    if (channel === undefined) return Promise.reject(closedError('recv'));
    try {
      checkSize(bufsize, 'bufsize', 'recv');
      if (flags & MSG_WAITALL) return receiveAll(this, channel, bufsize, flags, this.timeoutWith(flags), options);
      if (flags === 0 && bufsize > 0 && bufsize <= MOST_FROM_SLAB) {
        return channel.receive(this, bufsize, this.timeLimit, options);
      }
      if (bufsize === 0) return Promise.resolve(Buffer.alloc(0));
      return this.read(channel, new op.Receive(channel.fd, bufsize, flags), flags, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvSync(bufsize: number, flags = 0): Buffer {
    const channel = this.open('recv');
    checkSize(bufsize, 'bufsize', 'recv');
    if (bufsize === 0) return Buffer.alloc(0);
    if (flags === 0 && bufsize <= MOST_FROM_SLAB) {
      return channel.readSync(new op.ReceiveSmall(channel.fd, bufsize), this.timeLimit);
    }
    if (flags & MSG_WAITALL) return receiveAllSync(channel, bufsize, flags, this.timeoutWith(flags));
    return this.readSync(channel, new op.Receive(channel.fd, bufsize, flags), flags);
  }

  /** Receives into `buffer`, at most `nbytes` of it (0: all); returns the count, 0 at the end of a stream. */
  recvInto(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    return this.waiting('recv_into', (channel) => {
      const target = toTarget(buffer, nbytes, 'recvInto');
      if (target.length === 0) return Promise.resolve(0);
      const operation = new op.ReceiveInto(channel.fd, target, flags);
      return this.read(channel, operation, flags, options);
    });
  }

  recvIntoSync(buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer, nbytes = 0, flags = 0): number {
    const channel = this.open('recv_into');
    const target = toTarget(buffer, nbytes, 'recvInto');
    if (target.length === 0) return 0;
    const operation = new op.ReceiveInto(channel.fd, target, flags);
    return this.readSync(channel, operation, flags);
  }

  /**
   * Up to `bufsize` bytes, 65,536 at most, as {@link recv} gives them, but as a view that is only lent: the next `recvView` of
   * this socket, however it ends, takes its memory back, and the view is empty from then on. So bulk data moves through
   * memory that is still in the processor's cache. Copy what has to live longer (`Buffer.from(view)`), and await whatever
   * sends or writes the view before the next `recvView`. `close()` leaves the last view to its holder. Raises RuntimeError
   * while another `recvView` waits, ValueError for MSG_WAITALL (`recvExactly` waits for a number of bytes).
   */
  recvView(bufsize: number = LENT_SIZE, flags = 0, options?: WaitOptions): Promise<Buffer> {
    return this.waiting('recvView', (channel) => {
      const timeout = this.timeoutWith(flags);
      return channel.read(this, viewing(channel, bufsize, flags), timeout, options);
    });
  }

  recvViewSync(bufsize: number = LENT_SIZE, flags = 0): Buffer {
    const channel = this.open('recvView');
    const timeout = this.timeoutWith(flags);
    return channel.readSync(viewing(channel, bufsize, flags), timeout);
  }

  /** A message and its sender: recvfrom(2). */
  recvfrom(bufsize: number, flags = 0, options?: WaitOptions): Promise<[Buffer, Address]> {
    return this.waiting('recvfrom', (channel) =>
      this.read(channel, receiveFrom(channel, bufsize, flags), flags, options),
    );
  }

  recvfromSync(bufsize: number, flags = 0): [Buffer, Address] {
    const channel = this.open('recvfrom');
    return this.readSync(channel, receiveFrom(channel, bufsize, flags), flags);
  }

  /** As {@link recvfrom}, into `buffer`; returns the count and the sender. */
  recvfromInto(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[number, Address]> {
    return this.waiting('recvfrom_into', (channel) =>
      this.read(
        channel,
        new op.ReceiveFromInto(channel.fd, toTarget(buffer, nbytes, 'recvfromInto'), flags),
        flags,
        options,
      ),
    );
  }

  recvfromIntoSync(
    buffer: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
    nbytes = 0,
    flags = 0,
  ): [number, Address] {
    const channel = this.open('recvfrom_into');
    const operation = new op.ReceiveFromInto(channel.fd, toTarget(buffer, nbytes, 'recvfromInto'), flags);
    return this.readSync(channel, operation, flags);
  }

  // ---- sending

  /** Sends what the kernel takes at once, and returns how much that was: send(2). Waits while it takes nothing. */
  send(data: Bytes, flags = 0, options?: WaitOptions): Promise<number> {
    return this.waiting('send', (channel) =>
      channel.write(this, new Send(channel.fd, toBytes(data, 'send'), flags), this.timeoutWith(flags), options),
    );
  }

  sendSync(data: Bytes, flags = 0): number {
    const channel = this.open('send');
    return channel.writeSync(new Send(channel.fd, toBytes(data, 'send'), flags), this.timeoutWith(flags));
  }

  /** Sends everything. An OSError of it carries `bytesSent`: how much the kernel had taken before. */
  sendall(data: Bytes, flags = 0, options?: WaitOptions): Promise<void> {
    const channel = this.channel;
    if (channel === undefined) return Promise.reject(closedError('sendall'));
    try {
      const bytes = toBytes(data, 'sendall');
      const timeout = this.timeoutWith(flags);
      if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error);
      let sent = 0;
      if (!channel.writing && (timeout === 0 || !isTurnOver())) {
        sent = syscalls.send(channel.fd, bytes, 0, bytes.length, flags);
        if (sent === bytes.length) return SENT;
        // the kernel tells an error once: trying again would find another, or none
        if (sent < 0 && sent !== -EAGAIN) throw failedSendall(sent);
      }
      return channel.write(this, new SendAll(channel.fd, bytes, flags, Math.max(0, sent)), timeout, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  sendallSync(data: Bytes, flags = 0): void {
    const channel = this.open('sendall');
    channel.writeSync(new SendAll(channel.fd, toBytes(data, 'sendall'), flags, 0), this.timeoutWith(flags));
  }

  /** Sends one message to an address: sendto(2). A host name is looked up first. */
  sendto(data: Bytes, address: Address): Promise<number>;
  sendto(data: Bytes, flags: number, address: Address, options?: WaitOptions): Promise<number>;
  sendto(data: Bytes, second: number | Address, third?: Address, options?: WaitOptions): Promise<number> {
    return this.waiting('sendto', () => {
      const [flags, address] = flagsAndAddress(second, third);
      const bytes = toBytes(data, 'sendto');
      const send = (sockaddr: Uint8Array): Promise<number> => {
        const channel = this.open('sendto');
        return channel.write(this, new SendTo(channel.fd, bytes, flags, sockaddr), this.timeoutWith(flags), options);
      };
      const sockaddr = this.sockaddrOf(address, 'sendto');
      if (sockaddr !== undefined) return send(sockaddr);
      const limits = { timeout: this.timeLimit || null, signal: options?.signal };
      return hostAddress(this.family, address, limits).then(send);
    });
  }

  sendtoSync(data: Bytes, address: Address): number;
  sendtoSync(data: Bytes, flags: number, address: Address): number;
  sendtoSync(data: Bytes, second: number | Address, third?: Address): number {
    const [flags, address] = flagsAndAddress(second, third);
    const channel = this.open('sendto');
    const sockaddr = this.resolveSync(address, 'sendto');
    return channel.writeSync(new SendTo(channel.fd, toBytes(data, 'sendto'), flags, sockaddr), this.timeoutWith(flags));
  }

  /** Waits to read; what is not ordinary data is read beside those that wait for it. */
  protected read<T>(channel: Channel, operation: Operation<T>, flags: number, options?: WaitOptions): Promise<T> {
    const timeout = this.timeoutWith(flags);
    if ((flags & ASIDE) === 0) return channel.read(this, operation, timeout, options);
    return (this.#aside ??= new Aside(channel.fd)).read(this, operation, timeout, options);
  }

  protected readSync<T>(channel: Channel, operation: Operation<T>, flags: number): T {
    const timeout = this.timeoutWith(flags);
    return flags & ASIDE ? channel.readAsideSync(operation, timeout) : channel.readSync(operation, timeout);
  }
}

async function receiveAll(
  owner: object,
  channel: Channel,
  size: number,
  flags: number,
  timeout: Seconds | null,
  options: WaitOptions | undefined,
): Promise<Buffer> {
  const operation = new op.ReceiveAll(channel.fd, size, flags);
  try {
    return await channel.read(owner, operation, timeout, options);
  } catch (error) {
    return operation.partial(error);
  }
}

function receiveAllSync(channel: Channel, size: number, flags: number, timeout: Seconds | null): Buffer {
  const operation = new op.ReceiveAll(channel.fd, size, flags);
  try {
    return channel.readSync(operation, timeout);
  } catch (error) {
    return operation.partial(error);
  }
}

function viewing(channel: Channel, bufsize: number, flags: number): op.ReceiveView {
  checkSize(bufsize, 'bufsize', 'recvView');
  if (bufsize === 0 || bufsize > LENT_SIZE) {
    throw new ValueError(`recvView(): bufsize must be 1 to ${LENT_SIZE}, not ${bufsize}`);
  }
  if (flags & MSG_WAITALL) throw new ValueError('recvView() does not take MSG_WAITALL; recvExactly() waits for all');
  channel.takeBack();
  return new op.ReceiveView(channel, bufsize, flags);
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
