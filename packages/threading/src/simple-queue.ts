import { BaseQueue } from './base-queue.ts';
import type { SharedQueue } from './base-queue.ts';
import { reducible } from './reducible.ts';
import { Ring } from './ring.ts';

/** A queue without a limit, without tasks and without an end: putting never waits. */
export class SimpleQueue<T = unknown> extends BaseQueue<T> {
  static {
    reducible<SimpleQueue>(SimpleQueue, (queue) => [SimpleQueue, [queue.share()]]);
  }

  /** @param shared the queue which it shall be, as another thread sends it */
  constructor(shared?: SharedQueue) {
    super({ oneLock: Ring.oneLock, createStore: (memory) => new Ring(memory) }, shared);
  }

  /** Puts an item. */
  put(item: T): void {
    this.offer(item);
  }

  /** The same, by the name that all queues have. */
  putNowait(item: T): void {
    this.offer(item);
  }
}
