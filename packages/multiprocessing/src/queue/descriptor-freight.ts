/**
 * Descriptors of the items of a queue, on their way through a socket pair of the queue's own.
 *
 *     put: [put lock: number + descriptors ──▶ socket, number + data ──▶ memory]
 *     get: [get lock: memory ──▶ number + data, socket ──▶ number + descriptors]
 *
 * So both keep one order. What somebody leaves in the socket who is killed in between has a number that no item has, and the next who
 * receives passes over it.
 */
import { deserialize } from 'node:v8';
import { BlockingIOError, OSError } from '@p8/errors';
import { loadSync, PicklingError } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { AF_UNIX, recvFdsSync, sendFdsSync, SOCK_SEQPACKET, Socket } from '@p8/socket';
import { OUTSIDE, OUTSIDE_COUNT } from '@p8/threading/engine';
import type { Freight, Record } from '@p8/threading/engine';
import { closeAll, MOST_DESCRIPTORS } from '../connection/letter.ts';

/** Before the data of a record: its number, and how many descriptors it has. */
const NUMBER = 8;
const HEAD: number = 2 * NUMBER;
const EMFILE = 24;

export class DescriptorFreight implements Freight {
  readonly to = 'process';
  readonly sender: Socket;
  readonly receiver: Socket;
  readonly #words: Int32Array;
  /** Of the item that was loaded last. */
  #leaving: readonly number[] = [];
  /** Of the record that was unloaded last. */
  #arrived: number[] = [];

  /** The sockets belong to it from now on. */
  constructor(words: Int32Array, sender: Socket, receiver: Socket) {
    this.#words = words;
    this.sender = sender;
    this.receiver = receiver;
    for (const sock of [sender, receiver]) sock.setblocking(false);
  }

  load({ descriptors }: Parcel, bytes: Uint8Array | undefined, record: Record): void {
    if (bytes === undefined) {
      throw new PicklingError(
        'item: memory or a port of this process is in it, which no other process can have: send a Value or an Array of @p8/multiprocessing, or what it holds',
      );
    }
    if (descriptors.length > MOST_DESCRIPTORS) {
      throw new PicklingError(
        `item: it has ${descriptors.length} descriptors, and an item carries at most ${MOST_DESCRIPTORS}: put it in parts`,
      );
    }
    record.reserve(HEAD + bytes.length);
    record.kind = OUTSIDE;
    record.value = HEAD + bytes.length;
    record.view.setFloat64(0, Atomics.add(this.#words, OUTSIDE_COUNT, 1));
    record.view.setFloat64(NUMBER, descriptors.length);
    record.bytes.set(bytes, HEAD);
    this.#leaving = descriptors;
  }

  ship(record: Record): boolean {
    try {
      sendFdsSync(this.sender, [record.bytes.subarray(0, NUMBER)], this.#leaving);
      return true;
    } catch (error) {
      if (error instanceof BlockingIOError) return false;
      throw error;
    }
  }

  /** Raises OSError (EMFILE) where this process has no number free for a descriptor; the item is lost then. */
  unload(record: Record): void {
    const number = record.view.getFloat64(0);
    for (;;) {
      const [data, descriptors] = recvFdsSync(this.receiver, NUMBER, MOST_DESCRIPTORS);
      this.#arrived = descriptors;
      if (data.readDoubleBE() === number) break;
      closeAll(descriptors);
    }
    if (this.#arrived.length === record.view.getFloat64(NUMBER)) return;
    closeAll(this.#arrived);
    throw new OSError(EMFILE, { syscall: 'recvmsg' });
  }

  open(record: Record): unknown {
    const descriptors = this.#arrived;
    this.#arrived = [];
    try {
      // a copy: arrays in the item lie in these bytes
      return loadSync(deserialize(new Uint8Array(record.bytes.subarray(HEAD, record.value))), descriptors);
    } finally {
      closeAll(descriptors);
    }
  }

  peek(): never {
    throw new PicklingError('items: an item with a descriptor can only be taken, not looked at');
  }

  drop(): void {
    closeAll(this.#arrived);
  }

  close(): void {
    this.sender.close();
    this.receiver.close();
  }
}

/** One end of the pair of a queue that came from elsewhere. */
export function receivedEnd(fileno: number): Socket {
  return new Socket(AF_UNIX, SOCK_SEQPACKET, 0, { fileno });
}
