/** Where a queue lies, in the memory of one process or in memory that processes map, and how items go there. */
import type { Destination, Parcel } from '@p8/pickle';
import type { Record } from './record.ts';

export interface QueueSpace {
  /** As many as `QUEUE_WORDS` says, which are 0 at first. */
  readonly words: Int32Array;
  /** Whether somebody else had the queue before. */
  readonly received: boolean;
  /** How many bytes there are for the items: `FIRST_SIZE` at first. */
  readonly size: number;
  readonly freight: Freight;
  /** What others get, to have the same queue. */
  readonly parts: unknown;
  /** The first words of the items' memory, where there are so many. */
  items(words: number): Int32Array;
  /** So many bytes for the items; those that there are stay what they are. Raises MemoryError. */
  grow(bytes: number): void;
}

/** How items go that are more than bytes: with memory that threads share, or with descriptors, to processes. */
export interface Freight {
  readonly to: Destination;
  /** Writes the record for a parcel, and for its data as V8 has written them, if it could. Raises PicklingError. */
  load(parcel: Parcel, bytes: Uint8Array | undefined, record: Record): void;
  /** Sends what is not in the record, under the put lock; false if there is no room for it. */
  ship(record: Record): boolean;
  /** Receives what is not in the record, under the get lock; `open` or `drop` follows. */
  unload(record: Record): void;
  /** The item in the record. Raises UnpicklingError, and what its parts raise. */
  open(record: Record): unknown;
  /** As `open`, for an item that stays in the queue. */
  peek(record: Record): unknown;
  /** Nobody will open it. */
  drop(record: Record): void;
}
