/** Python's `queue`: https://docs.python.org/3/library/queue.html */
import { ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Awaiting } from './awaiting.ts';
import { BaseQueue, queueDeadline } from './base-queue.ts';
import type { QueueOptions, QueueSyncOptions, Storage } from './base-queue.ts';
import { notify, park } from './realm.ts';
import { Full } from './queue-errors.ts';
import { JOIN_LISTENERS, MAXSIZE, SHUT_DOWN, UNFINISHED } from './queue-memory.ts';
import { Ring } from './ring.ts';
import type { QueueSpace } from './queue-space.ts';
import type { SharedQueue } from './thread-space.ts';
import { deadlineOf } from './waiting.ts';
import type { BlockOptions, WaitOptions } from './waiting.ts';

const LARGEST_MAXSIZE = 2 ** 31 - 1;

/**
 * A queue between threads, for code that awaits and code that blocks; the item that was put first comes first. Items
 * are copied: plain data, what `structuredClone` knows, and objects with `reduce`.
 *
 * With a maxsize, putting waits while so many items are in it; 0 or less is no limit.
 */
export class Queue<T = unknown> extends BaseQueue<T> {
  static {
    reducible<Queue>(Queue, (queue) => [Queue, [0, queue.share()]]);
  }

  readonly #joiners: Awaiting;

  /**
   * Raises ValueError if maxsize is not a whole number.
   *
   * @param shared the queue which it shall be, as another thread sends it, whose maxsize it has then; or where it shall lie
   */
  constructor(maxsize = 0, shared?: SharedQueue | QueueSpace, storage: Storage = firstComesFirst) {
    super(storage, shared);
    if (!this.isReceived) this.maxsize = maxsize;
    this.#joiners = new Awaiting(this.memory.words, UNFINISHED, JOIN_LISTENERS);
  }

  /** How many items may be in it; 0 or less is no limit. */
  get maxsize(): number {
    return this.memory.words[MAXSIZE]!;
  }

  set maxsize(maxsize: number) {
    if (!Number.isInteger(maxsize) || maxsize > LARGEST_MAXSIZE) {
      throw new ValueError(`maxsize must be a whole number up to ${LARGEST_MAXSIZE}, not ${String(maxsize)}`);
    }
    this.memory.words[MAXSIZE] = Math.max(0, maxsize);
    this.wakeAll();
  }

  /** Whether there is no room, at this moment. */
  full(): boolean {
    return this.maxsize > 0 && this.qsize() >= this.maxsize;
  }

  /** Puts an item, and waits for room. Raises Full after the time limit, or at once with `block: false`, and ShutDown. */
  async put(item: T, options?: QueueOptions): Promise<void> {
    const deadline = options === undefined ? Infinity : queueDeadline(options);
    options?.signal?.throwIfAborted();
    if (!(await this.offerWaiting(item, deadline, options?.signal))) throw new Full();
  }

  /**
   * As `put`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, and RuntimeError instead of
   * waiting for ever, where no other thread has the queue.
   */
  putSync(item: T, options?: QueueSyncOptions): void {
    const deadline = options === undefined ? Infinity : queueDeadline(options);
    if (!this.offerBlocking(item, deadline)) throw new Full();
  }

  /** Puts an item if there is room; raises Full if there is none, and ShutDown. Never waits. */
  putNowait(item: T): void {
    if (!this.offer(item)) throw new Full();
  }

  /** Says that the work on an item that was taken is done. Raises ValueError if it is said more often than items were put. */
  taskDone(): void {
    if (this.#finish(1) === 0) throw new ValueError('task_done() called too many times');
  }

  /** How many items were put whose work is not done. */
  get unfinishedTasks(): number {
    return Atomics.load(this.memory.words, UNFINISHED);
  }

  /** Waits until the work on all items is done. Comes back: true, or false after the time limit. */
  async join(options?: WaitOptions): Promise<boolean> {
    const deadline = deadlineOf(options);
    options?.signal?.throwIfAborted();
    const isDone = () => this.unfinishedTasks === 0;
    return isDone() || this.#joiners.wait(isDone, deadline, options?.signal);
  }

  /**
   * As `join`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, and RuntimeError instead of
   * waiting for ever, where no other thread has the queue.
   */
  joinSync(options?: BlockOptions): boolean {
    const deadline = deadlineOf(options);
    for (;;) {
      const unfinished = this.unfinishedTasks;
      if (unfinished === 0) return true;
      if (deadline === Infinity) this.refuseDeadlock('joinSync', 'say that a task is done');
      if (!park(this.memory.words, UNFINISHED, unfinished, deadline)) return false;
    }
  }

  /**
   * Ends the queue, for all threads: putting raises ShutDown, and so does getting when it is empty. With `immediate` it is emptied
   * now, and its items count as done.
   */
  shutdown(immediate = false): void {
    this.exclusively(() => {
      Atomics.store(this.memory.words, SHUT_DOWN, 1);
      if (immediate) this.#finish(this.discard());
    });
    this.wakeAll();
  }

  /** Whether it was shut down. */
  get isShutdown(): boolean {
    return Atomics.load(this.memory.words, SHUT_DOWN) === 1;
  }

  protected override onPut(): void {
    Atomics.add(this.memory.words, UNFINISHED, 1);
  }

  /** So many tasks fewer, if there are; comes back: how many there were. */
  #finish(tasks: number): number {
    const { words } = this.memory;
    for (;;) {
      const before = Atomics.load(words, UNFINISHED);
      const after = Math.max(0, before - tasks);
      if (Atomics.compareExchange(words, UNFINISHED, before, after) !== before) continue;
      if (after === 0 && before > 0) notify(words, UNFINISHED);
      return before;
    }
  }
}

const firstComesFirst: Storage = { oneLock: Ring.oneLock, createStore: (memory) => new Ring(memory) };
