/** How an item becomes a record and an item again, by the cheapest way that it can go. */
import { deserialize, serialize } from 'node:v8';
import { RuntimeError } from '@p8/errors';
import { dump, loadSync, PicklingError } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { collect, keep, keptFor, listen, post } from './outside.ts';
import { PlainCodec } from './plain-codec.ts';
import { INTEGER, OUTSIDE, PLAIN, SERIALIZED } from './record.ts';
import type { Record } from './record.ts';

const plain = new PlainCodec();

export class ItemCodec {
  /** The name of its messages; other threads with the queue have the same. */
  readonly name: string;
  readonly #nextNumber: () => number;
  /** Of the item that was encoded last, if it needed one. */
  #parcel: Parcel | undefined;

  constructor(name: string, nextNumber: () => number) {
    this.name = name;
    this.#nextNumber = nextNumber;
    listen();
  }

  /** Raises PicklingError for what cannot be sent. `sent` or `retract` follows. */
  encode(item: unknown, record: Record): void {
    this.#parcel = undefined;
    if (!plain.write(record, item)) this.#encodeParcel(dump(item, 'item'), record);
  }

  /** The item is in the queue. */
  sent(): void {
    const parcel = this.#parcel;
    if (parcel === undefined) return;
    parcel.sent();
    // what was given away is empty here from now on
    if (parcel.transfer.length > 0) structuredClone(null, { transfer: [...parcel.transfer] });
  }

  /** The item was not put: everything is as before `encode`. */
  retract(record: Record): void {
    this.#parcel?.failed();
    this.forget(record);
  }

  /** Nobody will take this record. */
  forget(record: Record): void {
    if (record.kind === OUTSIDE) collect(this.#keyOf(record));
  }

  decode(record: Record): unknown {
    switch (record.kind) {
      case INTEGER:
      case PLAIN:
        return plain.read(record);
      case SERIALIZED:
        // a copy: arrays in the item lie in these bytes
        return loadSync(deserialize(new Uint8Array(record.bytes.subarray(0, record.value))));
      default:
        return loadSync(this.#collect(record));
    }
  }

  /** As `decode`, for an item that stays in the queue. */
  peek(record: Record): unknown {
    if (record.kind !== OUTSIDE) return this.decode(record);
    const message = this.messages.find(([key]) => key === this.#keyOf(record))?.[1];
    return loadSync(structuredClone(message));
  }

  #encodeParcel(parcel: Parcel, record: Record): void {
    this.#parcel = parcel;
    try {
      if (parcel.transfer.some((given) => !(given instanceof ArrayBuffer))) {
        throw new PicklingError(
          'item: what can only move, such as a port, cannot be in a queue, where nobody has it: give it to a thread in `args`',
        );
      }
      this.#encodeMessage(parcel.data, record);
    } catch (error) {
      parcel.failed();
      throw error;
    }
  }

  #encodeMessage(data: unknown, record: Record): void {
    const bytes = serialized(data);
    if (bytes === undefined) {
      record.kind = OUTSIDE;
      record.value = 8;
      record.view.setFloat64(0, this.#nextNumber());
      post(this.#keyOf(record), data);
    } else {
      record.reserve(bytes.length);
      record.kind = SERIALIZED;
      record.value = bytes.length;
      record.bytes.set(bytes);
    }
  }

  #collect(record: Record): unknown {
    const message = collect(this.#keyOf(record));
    if (message !== undefined) return message.data;
    throw new RuntimeError(
      'get: the item holds shared memory, and was put before this thread had the queue: put it after the thread has started',
    );
  }

  /** Messages that are in the queue, for another thread. */
  get messages(): readonly (readonly [string, unknown])[] {
    return keptFor(`${this.name}:`);
  }

  #keyOf(record: Record): string {
    return `${this.name}:${record.view.getFloat64(0)}`;
  }

  static keep(messages: readonly (readonly [string, unknown])[]): void {
    keep(messages);
  }
}

/** The data as V8 writes it; undefined if it holds something that only goes as a message. */
function serialized(data: unknown): Buffer | undefined {
  try {
    return serialize(data);
  } catch {
    return undefined;
  }
}
