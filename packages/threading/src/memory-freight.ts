/** Items that hold shared memory, on their way to other threads of this process: see outside.ts. */
import { RuntimeError } from '@p8/errors';
import { loadSync } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { collect, keep, keptFor, listen, post } from './outside.ts';
import { OUTSIDE_COUNT } from './queue-memory.ts';
import type { Freight } from './queue-space.ts';
import { OUTSIDE } from './record.ts';
import type { Record } from './record.ts';

const NUMBER = 8;

export class MemoryFreight implements Freight {
  readonly to = 'thread';
  /** The name of its messages; other threads with the queue have the same. */
  readonly name: string;
  readonly #words: Int32Array;

  constructor(words: Int32Array, shared: Pick<MemoryFreight, 'name' | 'messages'> | undefined) {
    this.#words = words;
    this.name = shared?.name ?? `queue ${Math.random()}`;
    keep(shared?.messages ?? []);
    listen();
  }

  /** Those that are in the queue, for another thread. */
  get messages(): readonly (readonly [string, unknown])[] {
    return keptFor(`${this.name}:`);
  }

  load({ data }: Parcel, _: Uint8Array | undefined, record: Record): void {
    record.kind = OUTSIDE;
    record.value = NUMBER;
    record.view.setFloat64(0, Atomics.add(this.#words, OUTSIDE_COUNT, 1));
    post(this.#keyOf(record), data);
  }

  ship(): boolean {
    return true;
  }

  unload(): void {}

  open(record: Record): unknown {
    const message = collect(this.#keyOf(record));
    if (message !== undefined) return loadSync(message.data);
    throw new RuntimeError(
      'get: the item holds shared memory, and was put before this thread had the queue: put it after the thread has started',
    );
  }

  peek(record: Record): unknown {
    const message = this.messages.find(([key]) => key === this.#keyOf(record))?.[1];
    return loadSync(structuredClone(message));
  }

  drop(record: Record): void {
    collect(this.#keyOf(record));
  }

  #keyOf(record: Record): string {
    return `${this.name}:${record.view.getFloat64(0)}`;
  }
}
