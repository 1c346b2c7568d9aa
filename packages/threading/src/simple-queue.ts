import { reducible } from '@p8/pickle';
import { BaseQueue } from './base-queue.ts';
import { Full } from './queue-errors.ts';
import type { QueueSpace } from './queue-space.ts';
import { Ring } from './ring.ts';
import type { SharedQueue } from './thread-space.ts';

/** A queue without a limit, without tasks and without an end: putting never waits. */
export class SimpleQueue<T = unknown> extends BaseQueue<T> {
  static {
    reducible<SimpleQueue>(SimpleQueue, (queue) => [SimpleQueue, [queue.share()]]);
  }

  /** @param shared the queue which it shall be, as another thread sends it, or where it shall lie */
  constructor(shared?: SharedQueue | QueueSpace) {
    super({ oneLock: Ring.oneLock, createStore: (memory) => new Ring(memory) }, shared);
  }

  /** Puts an item. Between processes it raises Full where so many descriptors are on their way that the kernel takes no more. */
  put(item: T): void {
    if (!this.offer(item)) throw new Full();
  }

  /** The same, by the name that all queues have. */
  putNowait(item: T): void {
    this.put(item);
  }
}
