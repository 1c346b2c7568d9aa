import { reducible } from '@p8/pickle';
import { Heap } from './heap.ts';
import { pythonOrder } from './python-order.ts';
import { Queue } from './queue.ts';
import type { SharedQueue } from './thread-space.ts';

/** Negative if the first comes before the second, positive if after: what `Array.sort` takes. */
export type Compare<T> = (item: T, other: T) => number;

/**
 * A {@link Queue} from which the smallest item comes first: a number, a text, or an array that begins with one, compared
 * as Python compares tuples (`[priority, item]`). Items that cannot be compared are refused with TypeError by `put`.
 *
 * With a function of its own to compare, items may be anything; to cross to other threads it must be an exported function. It is called
 * while the queue is locked, and must not use it.
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  static {
    reducible<PriorityQueue>(PriorityQueue, (queue) => [PriorityQueue, [0, queue.#compare, queue.share()]]);
  }

  readonly #compare: Compare<T> | undefined;

  constructor(maxsize = 0, compare?: Compare<T>, shared?: SharedQueue) {
    const order = compare === undefined ? pythonOrder : orderBy(compare as Compare<unknown>);
    super(maxsize, shared, {
      oneLock: Heap.oneLock,
      createStore: (memory, peek) => new Heap(memory, order, peek),
    });
    this.#compare = compare;
  }
}

function orderBy(compare: Compare<unknown>): typeof pythonOrder {
  return { less: (item, other) => compare(item, other) < 0, keyOf: () => Number.NaN };
}
