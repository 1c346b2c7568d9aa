/** The system calls that may have to wait, each as something that can be tried again: see {@link Operation}. */
import { constants, memory, SOCKADDR_SIZE, syscalls } from '@p8/syscall';
import { decodeAddress, decodeSender, sockaddrBuffer } from './address.ts';
import type { Address } from './address.ts';
import type { Operation } from './channel.ts';
import { borrow, giveBack } from './lent-memory.ts';
import { EMPTY, lastReceived, MOST_FROM_SLAB, receiveFromNow, receiveNow, viewOf } from './reactor.ts';
import type { Unread } from './unread.ts';
import { EINTR } from './wait.ts';

const ECONNABORTED = 103;
const EPROTO = 71;

/** Written by one call and decoded right after it: nothing runs in between. */
const peer = sockaddrBuffer();

/** recv(2) into the reactor's memory, which results are cut from: without flags, up to {@link MOST_FROM_SLAB} bytes. */
export class ReceiveSmall implements Operation<Buffer> {
  readonly call = 'recv';
  readonly size: number;
  readonly #fd: number;
  #kept: Buffer | undefined;

  constructor(fd: number, size: number) {
    this.size = size;
    this.#fd = fd;
  }

  run(): number {
    return receiveNow(this.#fd, this.size);
  }

  takeFrom(unread: Unread): number {
    this.#kept = unread.take(this.size);
    return this.#kept.length;
  }

  finish(count: number): Buffer {
    return this.#kept ?? lastReceived(count);
  }
}

/** recv(2) into memory of its own, with flags or of any size. */
export class Receive implements Operation<Buffer> {
  readonly call = 'recv';
  readonly #fd: number;
  readonly #wanted: number;
  readonly #flags: number;
  #buffer: Buffer | undefined;

  constructor(fd: number, size: number, flags: number) {
    this.#fd = fd;
    this.#wanted = size;
    this.#flags = flags;
  }

  run(): number {
    // made on the first try that is not the reactor's, and kept until something came
    this.#buffer ??= Buffer.allocUnsafeSlow(this.#wanted);
    return syscalls.recv(this.#fd, this.#buffer, 0, this.#wanted, this.#flags);
  }

  takeFrom(unread: Unread): number {
    this.#buffer = takeOrPeek(unread, this.#wanted, this.#flags);
    return this.#buffer.length;
  }

  finish(count: number): Buffer {
    return trimmed(this.#buffer as Buffer, count);
  }
}

/** recv(2) into the caller's memory. The memory is looked up at each try: it may have been transferred away meanwhile. */
export class ReceiveInto implements Operation<number> {
  readonly call = 'recv_into';
  readonly size: number;
  readonly #fd: number;
  readonly #target: Uint8Array;
  readonly #flags: number;

  constructor(fd: number, target: Uint8Array, flags: number) {
    this.size = flags === 0 ? target.length : 0;
    this.#fd = fd;
    this.#target = target;
    this.#flags = flags;
  }

  run(): number {
    return syscalls.recv(this.#fd, this.#target, 0, this.#target.length, this.#flags);
  }

  takeFrom(unread: Unread): number {
    return copyInto(unread, this.#target, this.#flags);
  }

  finish(count: number): number {
    return Math.min(count, this.#target.length);
  }
}

/** Who has lent a block, and will take it back. */
export interface Lender {
  readonly fd: number;
  lend(block: ArrayBuffer): void;
}

/** recv(2) into a block that is lent to the caller. */
export class ReceiveView implements Operation<Buffer> {
  readonly call = 'recvView';
  readonly size: number;
  readonly want: number;
  readonly #lender: Lender;
  readonly #wanted: number;
  readonly #flags: number;
  #data: Buffer = EMPTY;

  constructor(lender: Lender, size: number, flags: number) {
    this.size = flags === 0 ? size : 0;
    this.want = flags === 0 ? memory.LEND | size : -1;
    this.#lender = lender;
    this.#wanted = size;
    this.#flags = flags;
  }

  run(): number {
    const block = borrow();
    const count = syscalls.recv(this.#lender.fd, new Uint8Array(block), 0, this.#wanted, this.#flags);
    if (count > 0) {
      this.#lender.lend(block);
      this.#data = viewOf(block, 0, Math.min(count, this.#wanted));
    } else giveBack(block);
    return count;
  }

  takeFrom(unread: Unread): number {
    this.#data = takeOrPeek(unread, this.#wanted, this.#flags);
    return this.#data.length;
  }

  finish(): Buffer {
    return this.#data;
  }
}

/** recv(2) with MSG_WAITALL, which a non-blocking descriptor ignores: goes on until all has come, or the end. */
export class ReceiveAll implements Operation<Buffer> {
  readonly call = 'recv';
  readonly #fd: number;
  readonly #target: Buffer;
  readonly #flags: number;
  #got = 0;

  constructor(fd: number, size: number, flags: number) {
    this.#fd = fd;
    this.#target = Buffer.allocUnsafeSlow(size);
    this.#flags = flags;
  }

  run(): number {
    while (this.#got < this.#target.length) {
      const count = syscalls.recv(this.#fd, this.#target, this.#got, this.#target.length - this.#got, this.#flags);
      if (count < 0) return count;
      if (count === 0) break;
      this.#got += count;
      // a second look would see the same bytes again
      if (this.#flags & constants.MSG_PEEK) break;
    }
    return this.#got;
  }

  takeFrom(unread: Unread): number {
    this.#got += copyInto(unread, this.#target.subarray(this.#got), this.#flags);
    return this.#flags & constants.MSG_PEEK ? this.#got : this.run();
  }

  finish(count: number): Buffer {
    return trimmed(this.#target, count);
  }

  /** What came before a failure is not lost: it is the result, and the next call meets the failure. */
  partial(error: unknown): Buffer {
    if (this.#got === 0) throw error;
    return this.finish(this.#got);
  }
}

/** recvfrom(2): a message and its sender, in the reactor's memory where it fits. */
export class ReceiveFrom implements Operation<[Buffer, Address]> {
  readonly call = 'recvfrom';
  readonly #fd: number;
  readonly #wanted: number;
  readonly #flags: number;
  #large: Buffer | undefined;

  constructor(fd: number, size: number, flags: number) {
    this.#fd = fd;
    this.#wanted = size;
    this.#flags = flags;
    this.#large = size > MOST_FROM_SLAB ? Buffer.allocUnsafeSlow(size) : undefined;
  }

  run(): number {
    if (this.#large === undefined) return receiveFromNow(this.#fd, this.#wanted, this.#flags, peer);
    return syscalls.recvfrom(this.#fd, this.#large, 0, this.#wanted, this.#flags, peer);
  }

  takeFrom(unread: Unread): number {
    this.#large = takeOrPeek(unread, this.#wanted, this.#flags);
    return withoutPeer(this.#large.length);
  }

  finish(length: number): [Buffer, Address] {
    // with MSG_TRUNC the kernel tells the length of the message, not of what it stored
    const count = Math.min(length, this.#wanted);
    const data = this.#large === undefined ? lastReceived(count) : trimmed(this.#large, count);
    return [data, decodeSender(peer)];
  }
}

/** recvfrom(2) into the caller's memory. */
export class ReceiveFromInto implements Operation<[number, Address]> {
  readonly call = 'recvfrom_into';
  readonly #fd: number;
  readonly #target: Uint8Array;
  readonly #flags: number;

  constructor(fd: number, target: Uint8Array, flags: number) {
    this.#fd = fd;
    this.#target = target;
    this.#flags = flags;
  }

  run(): number {
    return syscalls.recvfrom(this.#fd, this.#target, 0, this.#target.length, this.#flags, peer);
  }

  takeFrom(unread: Unread): number {
    return withoutPeer(copyInto(unread, this.#target, this.#flags));
  }

  finish(length: number): [number, Address] {
    return [Math.min(length, this.#target.length), decodeSender(peer)];
  }
}

/** accept(2). A connection that died in the queue is passed over, as accept(2) advises. */
export class Accept<T> implements Operation<T> {
  readonly call = 'accept';
  readonly #fd: number;
  readonly #result: (fd: number, address: Address) => T;

  constructor(fd: number, result: (fd: number, address: Address) => T) {
    this.#fd = fd;
    this.#result = result;
  }

  run(): number {
    let fd: number;
    do fd = syscalls.accept4(this.#fd, peer);
    while (fd === -ECONNABORTED || fd === -EINTR || fd === -EPROTO);
    return fd;
  }

  finish(fd: number): T {
    return this.#result(fd, decodeAddress(peer));
  }
}

/** The end of a connect(2) that went on in the background: the error that it left, or 0. */
export class ConnectEnd implements Operation<number> {
  readonly call = 'connect';
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  run(): number {
    return pendingError(this.#fd);
  }

  finish(errno: number): number {
    return errno;
  }
}

/** The error that a socket keeps for its next call, which from now on keeps it no longer: SO_ERROR of socket(7). */
export function pendingError(fd: number): number {
  const value = new Int32Array(1);
  const outcome = syscalls.getsockopt(fd, constants.SOL_SOCKET, constants.SO_ERROR, new Uint8Array(value.buffer));
  return outcome < 0 ? -outcome : (value[0] as number);
}

function takeOrPeek(unread: Unread, size: number, flags: number): Buffer {
  return flags & constants.MSG_PEEK ? unread.bytes.subarray(0, size) : unread.take(size);
}

function copyInto(unread: Unread, target: Uint8Array, flags: number): number {
  const data = takeOrPeek(unread, target.length, flags);
  target.set(data);
  return data.length;
}

/** A stream has no sender: recvfrom(2) leaves the length of the address 0. */
function withoutPeer(count: number): number {
  new DataView(peer.buffer, peer.byteOffset).setUint32(SOCKADDR_SIZE - Uint32Array.BYTES_PER_ELEMENT, 0, true);
  return count;
}

/** A result of its own, small ones copied, so that a few bytes do not keep a large buffer alive. */
export function trimmed(buffer: Buffer, count: number): Buffer {
  if (count >= buffer.length) return buffer;
  return count * 2 < buffer.length ? Buffer.from(buffer.subarray(0, count)) : buffer.subarray(0, count);
}
