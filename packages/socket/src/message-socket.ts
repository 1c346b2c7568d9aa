/** The fourth storey of a socket: messages with ancillary data, and many datagrams at once. */
import { ValueError } from '@p8/errors';
import { encodeAddress } from './address.ts';
import type { Address } from './address.ts';
import { afalgItems } from './afalg.ts';
import type { AfalgRequest } from './afalg.ts';
import { checkControlSize, packAncillary } from './ancillary.ts';
import type { AncillaryItem } from './ancillary.ts';
import { MOST_MESSAGES, ReceiveMessages, SendMessages } from './batch-operations.ts';
import { ByteSocket } from './byte-socket.ts';
import { checkSize, toBytes, toTarget } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Channel } from './channel.ts';
import { describe } from './describe.ts';
import { ReceiveFds, ReceiveMessage, SendMessage } from './message-operations.ts';
import { trimmed } from './operations.ts';
import { hostAddress } from './resolve.ts';
import type { WaitOptions } from './wait.ts';

/** Where a message is received into. */
type Target = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;
/** An item of ancillary data to send. */
type Item = readonly [level: number, type: number, data: Bytes];
/** A datagram, and the address it goes to where the socket is not connected. */
type Datagram = readonly [data: Bytes, address?: Address];

const NO_ADDRESS = new Uint8Array(0);
const DEFAULT_SIZE = 2048;

/** The fourth storey of a {@link Socket}. */
export class MessageSocket extends ByteSocket {
  // ---- messages

  /**
   * A message: its data (up to `bufsize` bytes), its ancillary data (up to `ancbufsize` bytes: see `CMSG_SPACE`), its flags
   * (MSG_TRUNC, MSG_CTRUNC, …) and its sender; recvmsg(2). Waits for one. Received descriptors are closed on exec and
   * belong to the program: see `descriptorsOf`, or take `recvFds`. With MSG_ERRQUEUE it waits for an entry of the error queue,
   * beside those who wait for data; an error of the socket that is in no queue is raised.
   */
  recvmsg(
    bufsize: number,
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[data: Buffer, ancdata: AncillaryItem[], flags: number, address: Address]> {
    return this.waiting('recvmsg', async (channel) => {
      const buffer = newBuffer(bufsize, 'recvmsg');
      const operation = receiving('recvmsg', channel, [buffer], ancbufsize, flags);
      const [count, ...rest] = await this.read(channel, operation, flags, options);
      return [trimmed(buffer, count), ...rest];
    });
  }

  recvmsgSync(
    bufsize: number,
    ancbufsize = 0,
    flags = 0,
  ): [data: Buffer, ancdata: AncillaryItem[], flags: number, address: Address] {
    const channel = this.open('recvmsg');
    const buffer = newBuffer(bufsize, 'recvmsg');
    const operation = receiving('recvmsg', channel, [buffer], ancbufsize, flags);
    const [count, ...rest] = this.readSync(channel, operation, flags);
    return [trimmed(buffer, count), ...rest];
  }

  /** As {@link recvmsg}, into the buffers given, one after another; returns how many bytes came. */
  recvmsgInto(
    buffers: readonly Target[],
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, ancdata: AncillaryItem[], flags: number, address: Address]> {
    return this.waiting('recvmsg_into', (channel) => {
      const operation = receiving('recvmsg_into', channel, targetsOf(buffers), ancbufsize, flags);
      return this.read(channel, operation, flags, options);
    });
  }

  recvmsgIntoSync(
    buffers: readonly Target[],
    ancbufsize = 0,
    flags = 0,
  ): [nbytes: number, ancdata: AncillaryItem[], flags: number, address: Address] {
    const channel = this.open('recvmsg_into');
    const operation = receiving('recvmsg_into', channel, targetsOf(buffers), ancbufsize, flags);
    return this.readSync(channel, operation, flags);
  }

  /**
   * As `recvInto`, from a unix stream with descriptors: those that come along are added to `fds`, closed on exec, and belong to the
   * program. One call never takes the descriptors of two messages: it ends with the bytes that came with the first.
   */
  recvFdsInto(buffer: Target, fds: number[], options?: WaitOptions): Promise<number> {
    return this.waiting('recvmsg', (channel) => {
      const operation = new ReceiveFds(channel.fd, toTarget(buffer, 0, 'recvFdsInto'), fds);
      return this.read(channel, operation, 0, options);
    });
  }

  recvFdsIntoSync(buffer: Target, fds: number[]): number {
    const channel = this.open('recvmsg');
    return this.readSync(channel, new ReceiveFds(channel.fd, toTarget(buffer, 0, 'recvFdsInto'), fds), 0);
  }

  /**
   * Sends the buffers, one after another, as one message with ancillary data, items of `[level, type, data]`; sendmsg(2).
   * Returns how many bytes went out. A host name is looked up first. Waits while the kernel takes nothing.
   */
  async sendmsg(
    buffers: Iterable<Bytes>,
    ancdata: Iterable<Item> = [],
    flags = 0,
    address?: Address,
    options?: WaitOptions,
  ): Promise<number> {
    this.open('sendmsg');
    const parts = partsOf(buffers);
    const control = packAncillary(ancdata);
    const sockaddr = await sockaddrFor(this, address, 'sendmsg', options);
    const channel = this.open('sendmsg');
    const operation = new SendMessage(channel.fd, parts, control, flags, sockaddr);
    return channel.write(this, operation, this.timeoutWith(flags), options);
  }

  sendmsgSync(buffers: Iterable<Bytes>, ancdata: Iterable<Item> = [], flags = 0, address?: Address): number {
    const channel = this.open('sendmsg');
    const sockaddr = address === undefined ? NO_ADDRESS : this.resolveSync(address, 'sendmsg');
    const operation = new SendMessage(channel.fd, partsOf(buffers), packAncillary(ancdata), flags, sockaddr);
    return channel.writeSync(operation, this.timeoutWith(flags));
  }

  /** Asks the kernel's cryptography for one operation, over an AF_ALG socket: `linux/if_alg.h`. Returns as `sendmsg`. */
  sendmsgAfalg(request: AfalgRequest, options?: WaitOptions): Promise<number> {
    return this.waiting('sendmsg', () =>
      this.sendmsg(request.msg ?? [], afalgItems(request), request.flags, undefined, options),
    );
  }

  sendmsgAfalgSync(request: AfalgRequest): number {
    return this.sendmsgSync(request.msg ?? [], afalgItems(request), request.flags);
  }

  // ---- batches

  /**
   * Up to `count` datagrams of up to `size` bytes with their senders, in one system call: recvmmsg(2). Waits for the first
   * only, and takes what is there; a longer datagram is cut. Raises ValueError for a count outside 1 to 256.
   */
  recvmmsg(count: number, size: number = DEFAULT_SIZE, flags = 0, options?: WaitOptions): Promise<[Buffer, Address][]> {
    return this.waiting('recvmmsg', (channel) => {
      checkBatch(count, size);
      const operation = new ReceiveMessages(channel.fd, count, size, flags);
      return channel.read(this, operation, this.timeoutWith(flags), options);
    });
  }

  recvmmsgSync(count: number, size: number = DEFAULT_SIZE, flags = 0): [Buffer, Address][] {
    const channel = this.open('recvmmsg');
    checkBatch(count, size);
    return channel.readSync(new ReceiveMessages(channel.fd, count, size, flags), this.timeoutWith(flags));
  }

  /**
   * Sends datagrams, each `[data, address]`, or `[data]` from a connected socket, in as few system calls as possible:
   * sendmmsg(2). Addresses are numeric (a name would be looked up for each). Returns their number, and waits until all
   * are sent; an OSError carries `messagesSent`.
   */
  sendmmsg(messages: Iterable<Datagram>, flags = 0, options?: WaitOptions): Promise<number> {
    return this.waiting('sendmmsg', (channel) =>
      channel.write(this, sendingAll(this, channel, messages, flags), this.timeoutWith(flags), options),
    );
  }

  sendmmsgSync(messages: Iterable<Datagram>, flags = 0): number {
    const channel = this.open('sendmmsg');
    return channel.writeSync(sendingAll(this, channel, messages, flags), this.timeoutWith(flags));
  }
}

function receiving(
  call: string,
  { fd }: Channel,
  targets: readonly Uint8Array[],
  controlSize: number,
  flags: number,
): ReceiveMessage {
  checkControlSize(controlSize, call);
  return new ReceiveMessage(call, fd, targets, controlSize, flags);
}

function sendingAll(socket: MessageSocket, { fd }: Channel, messages: Iterable<Datagram>, flags: number): SendMessages {
  const buffers: Uint8Array[] = [];
  const sockaddrs: Uint8Array[] = [];
  for (const message of messages) {
    const address = message[1];
    buffers.push(toBytes(message[0], 'sendmmsg'));
    sockaddrs.push(address === undefined ? NO_ADDRESS : numeric(socket, address));
  }
  return new SendMessages(fd, buffers, sockaddrs, flags);
}

function numeric({ family, proto }: MessageSocket, address: Address): Uint8Array {
  const sockaddr = encodeAddress(family, address, 'sendmmsg', proto);
  if (sockaddr !== undefined) return sockaddr;
  throw new ValueError(`sendmmsg(): the host must be numeric, not ${describe(address[0])}; look it up once before`);
}

async function sockaddrFor(
  { family, proto, timeout }: MessageSocket,
  address: Address | undefined,
  call: string,
  options: WaitOptions | undefined,
): Promise<Uint8Array> {
  if (address === undefined) return NO_ADDRESS;
  const limits = { timeout: timeout || null, signal: options?.signal };
  return encodeAddress(family, address, call, proto) ?? (await hostAddress(family, address, limits));
}

function newBuffer(size: number, call: string): Buffer {
  checkSize(size, 'bufsize', call);
  return Buffer.allocUnsafeSlow(size);
}

function targetsOf(buffers: readonly Target[]): Uint8Array[] {
  if (!Array.isArray(buffers)) throw new TypeError(`recvmsgInto(): buffers must be an array, not ${describe(buffers)}`);
  return buffers.map((buffer) => toTarget(buffer as Target, 0, 'recvmsgInto'));
}

function partsOf(buffers: Iterable<Bytes>): Uint8Array[] {
  if (typeof buffers === 'string' || ArrayBuffer.isView(buffers)) {
    throw new TypeError('sendmsg(): buffers must be several, as in sendmsg([data])');
  }
  return Array.from(buffers, (buffer) => toBytes(buffer, 'sendmsg'));
}

function checkBatch(count: number, size: number): void {
  checkSize(size, 'size', 'recvmmsg');
  if (!Number.isInteger(count) || count < 1 || count > MOST_MESSAGES)
    throw new ValueError(`recvmmsg(): count must be 1 to ${MOST_MESSAGES}, not ${describe(count)}`);
}
