/** In which order a queue gives its items back: what Python's `_put` and `_get` are. Its methods are called with the lock held. */
import type { Record } from './record.ts';

export interface ItemStore {
  /** Adds the item in the record; the put lock is held. Raises MemoryError if the queue is too large. */
  put(record: Record, item: unknown): void;
  /** Takes the record whose turn it is; false if there is none. The get lock is held. */
  take(record: Record): boolean;
  /** Takes all of them; both locks are held. */
  clear(): void;
  /** Where the records are, in the memory; both locks are held. */
  places(): Iterable<number>;
}
