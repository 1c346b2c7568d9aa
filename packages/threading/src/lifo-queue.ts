import { reducible } from '@p8/pickle';
import type { Storage } from './base-queue.ts';
import { Queue } from './queue.ts';
import { Stack } from './stack.ts';
import type { SharedQueue } from './thread-space.ts';

/** A {@link Queue} from which the item that was put last comes first. */
export class LifoQueue<T = unknown> extends Queue<T> {
  static {
    reducible<LifoQueue>(LifoQueue, (queue) => [LifoQueue, [0, queue.share()]]);
  }

  constructor(maxsize = 0, shared?: SharedQueue) {
    super(maxsize, shared, lastComesFirst);
  }
}

const lastComesFirst: Storage = { oneLock: Stack.oneLock, createStore: (memory) => new Stack(memory) };
