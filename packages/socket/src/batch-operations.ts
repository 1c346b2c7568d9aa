/**
 * recvmmsg(2) and sendmmsg(2), each as something that can be tried again: see {@link Operation}. A batch goes through memory
 * that all sockets share: one system call fills or reads it, and nothing else runs meanwhile.
 */
import type { OSError } from '@p8/errors';
import { SOCKADDR_SIZE, syscalls } from '@p8/syscall';
import { decodeSender } from './address.ts';
import type { Address } from './address.ts';
import type { Operation } from './channel.ts';
import { lastReceived, MOST_OF_BATCH, receiveManyNow } from './reactor.ts';

/** The most datagrams of one system call; more take several. */
export const MOST_MESSAGES = 256;

const ADDRESS_WORDS = SOCKADDR_SIZE / Uint32Array.BYTES_PER_ELEMENT;
const LENGTH_WORD = ADDRESS_WORDS - 1;
const lengths = new Int32Array(MOST_MESSAGES);
const addresses = new Uint8Array(MOST_MESSAGES * SOCKADDR_SIZE);
const addressWords = new Uint32Array(addresses.buffer);
const addressOf: readonly Uint8Array[] = Array.from({ length: MOST_MESSAGES }, (_, i) =>
  addresses.subarray(i * SOCKADDR_SIZE, (i + 1) * SOCKADDR_SIZE),
);

/** Datagrams on their way out, one right behind the other; it grows with the longest datagram. */
let outgoing: Uint8Array = new Uint8Array(256 * 1024);
/** Where a batch is received that the memory of the reactor cannot hold. */
let large: Buffer = Buffer.alloc(0);

/** recvmmsg(2): as many datagrams as are there, at least one. */
export class ReceiveMessages implements Operation<[Buffer, Address][]> {
  readonly call = 'recvmmsg';
  readonly messages: number;
  readonly #fd: number;
  readonly #count: number;
  readonly #size: number;
  readonly #flags: number;

  constructor(fd: number, count: number, size: number, flags: number) {
    // looking at messages leaves them there, and other queues than the ordinary one tell nothing about it
    this.messages = flags === 0 ? count : 0;
    this.#fd = fd;
    this.#count = count;
    this.#size = size;
    this.#flags = flags;
  }

  run(): number {
    const room = this.#count * this.#size;
    if (room <= MOST_OF_BATCH) {
      return receiveManyNow(this.#fd, this.#size, this.#count, this.#flags, addresses, lengths);
    }
    if (large.length < room) large = Buffer.allocUnsafeSlow(room);
    return syscalls.recvmmsg(this.#fd, large, 0, this.#size, this.#count, this.#flags, addresses, lengths);
  }

  finish(count: number): [Buffer, Address][] {
    const isLarge = this.#count * this.#size > MOST_OF_BATCH;
    const messages: [Buffer, Address][] = [];
    let start = 0;
    for (let i = 0; i < count; i++) {
      const length = lengths[i] as number;
      const data = isLarge ? Buffer.from(large.subarray(start, start + length)) : lastReceived(length, start);
      messages.push([data, decodeSender(addressOf[i] as Uint8Array)]);
      start += (length + 7) & ~7;
    }
    return messages;
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
      const count = syscalls.sendmmsg(this.#fd, outgoing, this.#pack(), this.#flags, addresses, lengths);
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

  /** Lays out as many of the next datagrams as one call takes; returns how many. */
  #pack(): number {
    const most = Math.min(this.#buffers.length - this.#sent, MOST_MESSAGES);
    let end = 0;
    for (let i = 0; i < most; i++) {
      const data = this.#buffers[this.#sent + i] as Uint8Array;
      const sockaddr = this.#sockaddrs[this.#sent + i] as Uint8Array;
      if (end + data.length > outgoing.length) {
        if (i > 0) return i;
        outgoing = new Uint8Array(data.length);
      }
      outgoing.set(data, end);
      end += data.length;
      lengths[i] = data.length;
      for (let j = 0; j < sockaddr.length; j++) addresses[i * SOCKADDR_SIZE + j] = sockaddr[j] as number;
      addressWords[i * ADDRESS_WORDS + LENGTH_WORD] = sockaddr.length;
    }
    return most;
  }
}
