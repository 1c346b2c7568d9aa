/** How an item becomes a record and an item again, by the cheapest way that it can go. */
import { deserialize, serialize } from 'node:v8';
import { dump, loadSync, PicklingError } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { PlainCodec } from './plain-codec.ts';
import type { Freight } from './queue-space.ts';
import { BUFFER, BYTES, INTEGER, OUTSIDE, PLAIN, SERIALIZED } from './record.ts';
import type { Record } from './record.ts';

const plain = new PlainCodec();
/** Bytes from here on are copied from where they are to the queue, and not to a record before. */
const BULK = 16 * 1024;

export class ItemCodec {
  readonly #freight: Freight;
  /** Of the item that was encoded last, if it needed one. */
  #parcel: Parcel | undefined;

  constructor(freight: Freight) {
    this.#freight = freight;
  }

  /** Raises PicklingError for what cannot be sent. `sent` or `retract` follows. */
  encode(item: unknown, record: Record): void {
    this.#parcel = undefined;
    if (isBulk(item)) record.borrow(Buffer.isBuffer(item) ? BUFFER : BYTES, item);
    else if (!plain.write(record, item)) this.#encodeParcel(dump(item, 'item', this.#freight.to), record);
  }

  /** The put lock is held. Comes back: whether there is room for what goes beside the record. */
  ship(record: Record): boolean {
    return record.kind !== OUTSIDE || this.#freight.ship(record);
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
    record.bulk = undefined;
    if (record.kind === OUTSIDE) this.#freight.drop(record);
  }

  /** The record was taken; the get lock is held. */
  unload(record: Record): void {
    if (record.kind === OUTSIDE) this.#freight.unload(record);
  }

  /** The item of a record that was taken. */
  decode(record: Record): unknown {
    return record.kind === OUTSIDE ? this.#freight.open(record) : decodeBytes(record);
  }

  /** The item of a record that stays in the queue. */
  peek(record: Record): unknown {
    return record.kind === OUTSIDE ? this.#freight.peek(record) : decodeBytes(record);
  }

  /** Nobody will have the item of this record. Both locks are held. */
  discard(record: Record): void {
    if (record.kind !== OUTSIDE) return;
    this.#freight.unload(record);
    this.#freight.drop(record);
  }

  #encodeParcel(parcel: Parcel, record: Record): void {
    this.#parcel = parcel;
    try {
      if (parcel.transfer.some((given) => !(given instanceof ArrayBuffer))) {
        throw new PicklingError(
          'item: what can only move, such as a port, cannot be in a queue, where nobody has it: give it to a thread in `args`',
        );
      }
      const bytes = serialized(parcel.data);
      if (bytes === undefined || parcel.descriptors.length > 0) this.#freight.load(parcel, bytes, record);
      else record.fill(SERIALIZED, bytes);
    } catch (error) {
      parcel.failed();
      throw error;
    }
  }
}

/** Whether it is a Buffer or a Uint8Array, by itself, of some size. What threads share is sent as what it is. */
function isBulk(item: unknown): item is Uint8Array {
  if (!(item instanceof Uint8Array) || item.length < BULK || item.buffer instanceof SharedArrayBuffer) return false;
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === Uint8Array.prototype || prototype === Buffer.prototype;
}

function decodeBytes(record: Record): unknown {
  if (record.kind >= BYTES) return takeBulk(record);
  if (record.kind === INTEGER || record.kind === PLAIN) return plain.read(record);
  // a copy: arrays in the item lie in these bytes
  return loadSync(deserialize(new Uint8Array(record.bytes.subarray(0, record.value))));
}

function takeBulk(record: Record): Uint8Array {
  const bulk = record.bulk!;
  record.bulk = undefined;
  return record.kind === BUFFER ? bulk : new Uint8Array(bulk.buffer);
}

/** The data as V8 writes it; undefined if it holds something that only goes as a message. */
function serialized(data: unknown): Buffer | undefined {
  try {
    return serialize(data);
  } catch {
    return undefined;
  }
}
