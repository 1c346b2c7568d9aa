/** How an item becomes a record and an item again, by the cheapest way that it can go. */
import { deserialize, serialize } from 'node:v8';
import { RuntimeError } from '@p8/errors';
import { collect, keep, keptFor, listen, post } from './outside.ts';
import { PlainCodec } from './plain-codec.ts';
import { INTEGER, OUTSIDE, PLAIN, SERIALIZED } from './record.ts';
import type { Record } from './record.ts';

const plain = new PlainCodec();

export class ItemCodec {
  /** The name of its messages; other threads with the queue have the same. */
  readonly name: string;
  readonly #nextNumber: () => number;

  constructor(name: string, nextNumber: () => number) {
    this.name = name;
    this.#nextNumber = nextNumber;
    listen();
  }

  /** Raises DataCloneError for what cannot be sent. */
  encode(item: unknown, record: Record): void {
    if (typeof item === 'number' && (item | 0) === item && !Object.is(item, -0)) {
      record.kind = INTEGER;
      record.value = item;
    } else if (plain.write(record, item)) record.kind = PLAIN;
    else this.#encodeMessage(item, record);
  }

  decode(record: Record): unknown {
    switch (record.kind) {
      case INTEGER:
        return record.value;
      case PLAIN:
        return plain.read(record);
      case SERIALIZED:
        // a copy: arrays in the item lie in these bytes
        return deserialize(new Uint8Array(record.bytes.subarray(0, record.value)));
      default:
        return this.#collect(record.view.getFloat64(0));
    }
  }

  /** Takes back what `encode` has sent, as the item was not put. */
  retract(record: Record): void {
    if (record.kind === OUTSIDE) collect(this.#keyOf(record.view.getFloat64(0)));
  }

  /** As `decode`, for an item that stays in the queue. */
  peek(record: Record): unknown {
    if (record.kind !== OUTSIDE) return this.decode(record);
    return this.messages.find(([key]) => key === this.#keyOf(record.view.getFloat64(0)))?.[1];
  }

  #encodeMessage(item: unknown, record: Record): void {
    const bytes = serialized(item);
    if (bytes === undefined) {
      const number = this.#nextNumber();
      post(this.#keyOf(number), item);
      record.kind = OUTSIDE;
      record.value = 8;
      record.view.setFloat64(0, number);
    } else {
      record.reserve(bytes.length);
      record.kind = SERIALIZED;
      record.value = bytes.length;
      record.bytes.set(bytes);
    }
  }

  #collect(number: number): unknown {
    const message = collect(this.#keyOf(number));
    if (message !== undefined) return message.data;
    throw new RuntimeError(
      'get: the item holds shared memory, and was put before this thread had the queue: put it after the thread has started',
    );
  }

  /** Messages that are in the queue, for another thread. */
  get messages(): readonly (readonly [string, unknown])[] {
    return keptFor(`${this.name}:`);
  }

  #keyOf(number: number): string {
    return `${this.name}:${number}`;
  }

  static keep(messages: readonly (readonly [string, unknown])[]): void {
    keep(messages);
  }
}

/** The item as V8 writes it; undefined if it holds something that only goes as a message. */
function serialized(item: unknown): Buffer | undefined {
  try {
    return serialize(item);
  } catch {
    return undefined;
  }
}
