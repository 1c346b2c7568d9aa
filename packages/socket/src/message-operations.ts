/** recvmsg(2) and sendmsg(2), each as something that can be tried again: see {@link Operation}. */
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

/** Written by one call and read right after it: how many descriptors came, and those. */
const arrived = new Int32Array(1 + 253);

/** recvmsg(2) of a stream, whose descriptors are added to an array. */
export class ReceiveFds implements Operation<number> {
  readonly call = 'recvmsg';
  readonly size: number;
  readonly #fd: number;
  readonly #target: Uint8Array;
  readonly #fds: number[];

  constructor(fd: number, target: Uint8Array, fds: number[]) {
    this.size = target.length;
    this.#fd = fd;
    this.#target = target;
    this.#fds = fds;
  }

  run(): number {
    return syscalls.recvFds(this.#fd, this.#target, arrived);
  }

  /** What a stream has kept goes first, without the descriptors of what follows. */
  takeFrom(unread: Unread): number {
    const data = unread.take(Math.min(unread.length, this.#target.length));
    this.#target.set(data);
    arrived[0] = 0;
    return data.length;
  }

  finish(count: number): number {
    const last = arrived[0]!;
    for (let i = 1; i <= last; i++) {
      const fd = arrived[i]!;
      syscalls.handOver(fd);
      this.#fds.push(fd);
    }
    return count;
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
