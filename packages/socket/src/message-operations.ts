/** recvmsg(2), sendmsg(2) and their batches, each as something that can be tried again: see {@link Operation}. */
import type { OSError } from '@p8/errors';
import { constants, SOCKADDR_SIZE, syscalls } from '@p8/syscall';
import { decodeAddress, sockaddrBuffer } from './address.ts';
import type { Address } from './address.ts';
import { unpackAncillary } from './ancillary.ts';
import type { AncillaryItem } from './ancillary.ts';
import type { Operation } from './channel.ts';
import { descriptorsOf } from './control-messages.ts';
import { pendingError } from './operations.ts';
import type { Unread } from './unread.ts';
import { EAGAIN } from './wait.ts';

/** The most datagrams of one system call; more take several. */
export const MOST_MESSAGES = 256;
const NO_ADDRESS = new Uint8Array(0);

/** Written by one call and decoded right after it: nothing runs in between. */
const peer = sockaddrBuffer();
const out = new Int32Array(2);

/** recvmsg(2) into the memory given. */
export class ReceiveMessage implements Operation<[count: number, AncillaryItem[], flags: number, Address]> {
  readonly call: string;
  readonly #fd: number;
  readonly #targets: readonly Uint8Array[];
  readonly #room: number;
  readonly #control: Uint8Array;
  readonly #flags: number;

  constructor(call: string, fd: number, targets: readonly Uint8Array[], controlSize: number, flags: number) {
    this.call = call;
    this.#fd = fd;
    this.#targets = targets;
    this.#room = targets.reduce((size, { length }) => size + length, 0);
    this.#control = new Uint8Array(controlSize);
    this.#flags = flags;
  }

  run(): number {
    const count = syscalls.recvmsg(this.#fd, this.#targets, this.#control, this.#flags, peer, out);
    if (count !== -EAGAIN || (this.#flags & constants.MSG_ERRQUEUE) === 0) return count;
    // an error outside of the queue would wake us again and again
    return -pendingError(this.#fd) || count;
  }

  /** What a stream has kept goes first, without the control data of what follows. */
  takeFrom(unread: Unread): number {
    const size = Math.min(unread.length, this.#room);
    let data: Uint8Array = this.#flags & constants.MSG_PEEK ? unread.bytes.subarray(0, size) : unread.take(size);
    for (const target of this.#targets) {
      target.set(data.subarray(0, target.length));
      data = data.subarray(target.length);
    }
    out.fill(0);
    new DataView(peer.buffer).setUint32(SOCKADDR_SIZE - 4, 0, true);
    return size;
  }

  finish(length: number): [number, AncillaryItem[], number, Address] {
    const [flags = 0, controlLength = 0] = out;
    const items = unpackAncillary(this.#control.subarray(0, controlLength));
    for (const fd of descriptorsOf(items)) syscalls.handOver(fd);
    // with MSG_TRUNC the kernel tells the length of the message, not of what it stored
    return [Math.min(length, this.#room), items, flags, decodeAddress(peer)];
  }
}

/** sendmsg(2). */
export class SendMessage implements Operation<number> {
  readonly call = 'sendmsg';
  readonly #fd: number;
  readonly #buffers: readonly Uint8Array[];
  readonly #control: Uint8Array;
  readonly #flags: number;
  readonly #sockaddr: Uint8Array;

  constructor(
    fd: number,
    buffers: readonly Uint8Array[],
    control: Uint8Array,
    flags: number,
    sockaddr: Uint8Array = NO_ADDRESS,
  ) {
    this.#fd = fd;
    this.#buffers = buffers;
    this.#control = control;
    this.#flags = flags;
    this.#sockaddr = sockaddr;
  }

  run(): number {
    return syscalls.sendmsg(this.#fd, this.#buffers, this.#control, this.#flags, this.#sockaddr);
  }

  finish(count: number): number {
    return count;
  }
}

/** Memory for the datagrams of one batch, copied out at once: one for all sockets, as large as was ever asked for. */
let batch: Buffer = Buffer.alloc(0);
const addresses = new Uint8Array(MOST_MESSAGES * SOCKADDR_SIZE);
const lengths = new Int32Array(MOST_MESSAGES);

/** recvmmsg(2): as many datagrams as are there, at least one. */
export class ReceiveMessages implements Operation<[Buffer, Address][]> {
  readonly call = 'recvmmsg';
  readonly #fd: number;
  readonly #count: number;
  readonly #size: number;
  readonly #flags: number;

  constructor(fd: number, count: number, size: number, flags: number) {
    this.#fd = fd;
    this.#count = count;
    this.#size = size;
    this.#flags = flags;
  }

  run(): number {
    if (batch.length < this.#count * this.#size) batch = Buffer.allocUnsafeSlow(this.#count * this.#size);
    return syscalls.recvmmsg(this.#fd, batch, this.#size, this.#count, this.#flags, addresses, lengths);
  }

  finish(count: number): [Buffer, Address][] {
    return Array.from({ length: count }, (_, i): [Buffer, Address] => {
      const start = i * this.#size;
      const data = Buffer.from(batch.subarray(start, start + Math.min(lengths[i] as number, this.#size)));
      return [data, decodeAddress(addresses.subarray(i * SOCKADDR_SIZE, (i + 1) * SOCKADDR_SIZE))];
    });
  }
}

/** sendmmsg(2) until all are sent. */
export class SendMessages implements Operation<number> {
  readonly call = 'sendmmsg';
  readonly #fd: number;
  readonly #buffers: readonly Uint8Array[];
  readonly #sockaddrs: readonly Uint8Array[];
  readonly #flags: number;
  #sent = 0;

  constructor(fd: number, buffers: readonly Uint8Array[], sockaddrs: readonly Uint8Array[], flags: number) {
    this.#fd = fd;
    this.#buffers = buffers;
    this.#sockaddrs = sockaddrs;
    this.#flags = flags;
  }

  run(): number {
    while (this.#sent < this.#buffers.length) {
      const count = syscalls.sendmmsg(this.#fd, this.#buffers, this.#sockaddrs, this.#sent, this.#flags);
      if (count < 0) return count;
      this.#sent += count;
    }
    return this.#sent;
  }

  finish(count: number): number {
    return count;
  }

  explain(error: OSError): OSError & { readonly messagesSent: number } {
    return Object.assign(error, { messagesSent: this.#sent });
  }
}
