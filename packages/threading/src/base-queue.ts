/**
 * What all queues have: the way of an item through the shared memory, and who waits for one.
 *
 *     put: encode ▷ [put lock: is there room? store it] ▷ wake one getter, if one sleeps
 *     get: [get lock: take it] ▷ wake one putter, if one sleeps ▷ decode
 *
 * Awaiting and blocking callers, of all threads, compete for the same items.
 */
import { RuntimeError } from '@p8/errors';
import { Awaiting, ring } from './awaiting.ts';
import { ItemCodec } from './item-codec.ts';
import type { ItemStore } from './item-store.ts';
import { notify, park } from './realm.ts';
import { Empty, ShutDown } from './queue-errors.ts';
import {
  GET_BELL,
  GET_LISTENERS,
  GET_SLEEPERS,
  GETS,
  KNOWN_PUTS,
  MAXSIZE,
  PUT_BELL,
  PUT_LISTENERS,
  PUT_SLEEPERS,
  PUTS,
  QueueMemory,
  SHUT_DOWN,
} from './queue-memory.ts';
import type { QueueSpace } from './queue-space.ts';
import { OUTSIDE, Record } from './record.ts';
import { spaceOf } from './thread-space.ts';
import type { SharedQueue } from './thread-space.ts';
import { deadlineOf } from './waiting.ts';
import type { BlockOptions, WaitOptions } from './waiting.ts';

export interface QueueSyncOptions extends BlockOptions {
  /** false: never wait, and raise instead. Default: true. */
  readonly block?: boolean | undefined;
}

export interface QueueOptions extends QueueSyncOptions, WaitOptions {}

/** How a queue keeps its items. @internal */
export interface Storage {
  /** Whether putting and getting exclude each other. */
  readonly oneLock: boolean;
  createStore(memory: QueueMemory, peek: (record: Record) => unknown): ItemStore;
}

/**
 * How often a getter that finds nothing looks again before it sleeps, and at most how many pauses it makes between two
 * looks: together that is what waking it would cost. To look all the time would take the memory from who puts.
 */
const LOOKS = 24;
const MOST_PAUSES = 32;

/** That there was no item, or no room. */
const NOT_NOW = Symbol('not now');

export abstract class BaseQueue<T> implements AsyncIterable<T> {
  protected readonly memory: QueueMemory;
  protected readonly store: ItemStore;
  readonly #space: QueueSpace;
  readonly #codec: ItemCodec;
  readonly #getters: Awaiting;
  readonly #putters: Awaiting;
  readonly #incoming = new Record();
  readonly #outgoing = new Record();
  #shared: boolean;
  #ended: (() => Error) | undefined;

  protected constructor(storage: Storage, shared: SharedQueue | QueueSpace | undefined) {
    const space = spaceOf(shared);
    this.#space = space;
    this.#shared = space.received;
    this.memory = new QueueMemory(storage.oneLock, space);
    const { words } = space;
    this.#codec = new ItemCodec(space.freight);
    this.store = storage.createStore(this.memory, (record) => this.#codec.peek(record));
    this.memory.repair = () => this.#recount();
    this.#getters = new Awaiting(words, GET_BELL, GET_LISTENERS);
    this.#putters = new Awaiting(words, PUT_BELL, PUT_LISTENERS);
  }

  /**
   * Takes an item, and waits while there is none. Raises Empty after the time limit, or at once with `block: false`, and ShutDown
   * if the queue is shut down and empty.
   */
  async get(options?: QueueOptions): Promise<T> {
    const deadline = options === undefined ? Infinity : queueDeadline(options);
    options?.signal?.throwIfAborted();
    if (deadline === 0) return this.getNowait();
    let item: T | typeof NOT_NOW = this.#getters.idle ? this.#take() : NOT_NOW;
    if (item !== NOT_NOW) return item;
    const take = () => (item = this.#take()) !== NOT_NOW || this.#isOver;
    if (!(await this.#getters.wait(take, deadline, options?.signal))) throw new Empty();
    if (item === NOT_NOW) throw new ShutDown();
    return item;
  }

  /**
   * As `get`, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, and RuntimeError instead of
   * waiting for ever, where no other thread has the queue.
   */
  getSync(options?: QueueSyncOptions): T {
    const deadline = options === undefined ? Infinity : queueDeadline(options);
    const item = this.#take();
    return item === NOT_NOW ? this.#getBlocking(deadline) : item;
  }

  /** Takes an item; raises Empty if there is none. Never waits. */
  getNowait(): T {
    const item = this.#take();
    if (item !== NOT_NOW) return item;
    if (this.#isOver) throw new ShutDown();
    throw new Empty();
  }

  /** How many items there are, at this moment. */
  qsize(): number {
    const { words } = this.memory;
    return Math.max(0, (Atomics.load(words, PUTS) - Atomics.load(words, GETS)) | 0);
  }

  /** Whether there is no item, at this moment. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** The items there are at this moment, without taking them: in the order they are kept in. */
  get items(): T[] {
    return this.exclusively(() => {
      const record = new Record();
      return Array.from(this.store.places(), (place) => {
        record.copyFrom(this.memory.items, place);
        return this.#codec.peek(record) as T;
      });
    });
  }

  /** Takes items as they come, until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      try {
        yield await this.get();
      } catch (error) {
        if (error instanceof ShutDown) return;
        throw error;
      }
    }
  }

  /** Puts an item; false if there is no room. Raises ShutDown. */
  protected offer(item: T): boolean {
    if (this.#ended !== undefined) throw this.#ended();
    if (this.#isFull) return false;
    const record = this.#outgoing;
    this.#codec.encode(item, record);
    let stored = false;
    try {
      stored = this.#store(record, item);
    } finally {
      if (stored) this.#codec.sent();
      else this.#codec.retract(record);
    }
    return stored;
  }

  /** Waits for room, and puts the item; false after the deadline. */
  protected async offerWaiting(item: T, deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (deadline === 0) return this.offer(item);
    if (this.#putters.idle && this.offer(item)) return true;
    return this.#putters.wait(() => this.offer(item), deadline, signal);
  }

  protected offerBlocking(item: T, deadline: number): boolean {
    if (this.offer(item)) return true;
    if (deadline === 0) return false;
    if (deadline === Infinity) this.refuseDeadlock('putSync', 'take an item');
    return this.#sleep(GETS, PUT_SLEEPERS, deadline, () => this.offer(item));
  }

  /** Called in the moment an item is put, with the lock held. */
  protected onPut(): void {}

  /** Runs with nobody else putting or taking. */
  protected exclusively<R>(body: () => R): R {
    this.memory.lockBoth();
    try {
      return body();
    } finally {
      this.memory.unlockBoth();
    }
  }

  /** Takes all items, for nobody; comes back: how many there were. Nobody else puts or takes meanwhile. */
  protected discard(): number {
    const { words } = this.memory;
    const record = new Record();
    for (const place of this.store.places()) {
      record.copyFrom(this.memory.items, place);
      this.#codec.discard(record);
    }
    const count = this.qsize();
    this.store.clear();
    Atomics.store(words, GETS, words[PUTS]!);
    return count;
  }

  /** Everybody looks again. */
  protected wakeAll(): void {
    const { words } = this.memory;
    notify(words, PUTS);
    notify(words, GETS);
    ring(words, GET_BELL, GET_LISTENERS);
    ring(words, PUT_BELL, PUT_LISTENERS);
  }

  /** Whether somebody else had the queue before. */
  protected get isReceived(): boolean {
    return this.#space.received;
  }

  /** What others need to have the same queue, as they do from now on. */
  protected share(): unknown {
    this.#shared = true;
    return this.#space.parts;
  }

  /** This side of the queue is closed: every call raises this, those that wait too. */
  protected end(error: () => Error): void {
    this.#ended = error;
    this.wakeAll();
  }

  /** A thread was ended between storing or taking an item and counting it. Both locks are held. */
  #recount(): void {
    const { words } = this.memory;
    let items = 0;
    for (const _ of this.store.places()) items += 1;
    const puts = (words[GETS]! + items) | 0;
    words[KNOWN_PUTS] = puts;
    Atomics.store(words, PUTS, puts);
  }

  #store(record: Record, item: T): boolean {
    const { memory } = this;
    const { words } = memory;
    memory.lockPut();
    try {
      if (words[SHUT_DOWN] === 1) throw new ShutDown();
      if (this.#isFull || !this.#codec.ship(record)) return false;
      this.store.put(record, item);
      this.onPut();
      Atomics.store(words, PUTS, (words[PUTS]! + 1) | 0);
    } finally {
      memory.unlockPut();
    }
    if (Atomics.load(words, GET_SLEEPERS) > 0) notify(words, PUTS, 1);
    ring(words, GET_BELL, GET_LISTENERS);
    return true;
  }

  #take(): T | typeof NOT_NOW {
    const { memory } = this;
    const { words } = memory;
    if (this.#ended !== undefined) throw this.#ended();
    // a look before the lock: an empty queue is looked at again and again
    if (!this.#mayHaveItems) return NOT_NOW;
    memory.lockGet();
    try {
      if (((words[KNOWN_PUTS]! - words[GETS]!) | 0) <= 0) words[KNOWN_PUTS] = Atomics.load(words, PUTS);
      if (words[KNOWN_PUTS] === words[GETS] || !this.store.take(this.#incoming)) return NOT_NOW;
      // giving the lock back shows it to others
      words[GETS] = (words[GETS]! + 1) | 0;
      this.#codec.unload(this.#incoming);
    } finally {
      memory.unlockGet();
    }
    if (words[MAXSIZE]! > 0 || this.#incoming.kind === OUTSIDE) {
      if (Atomics.load(words, PUT_SLEEPERS) > 0) notify(words, GETS, 1);
      ring(words, PUT_BELL, PUT_LISTENERS);
    }
    return this.#codec.decode(this.#incoming) as T;
  }

  get #mayHaveItems(): boolean {
    const { words } = this.memory;
    return words[KNOWN_PUTS] !== words[GETS] || Atomics.load(words, PUTS) !== Atomics.load(words, GETS);
  }

  get #isFull(): boolean {
    const { words } = this.memory;
    const maxsize = words[MAXSIZE]!;
    if (maxsize === 0 || ((Atomics.load(words, PUTS) - Atomics.load(words, GETS)) | 0) < maxsize) return false;
    if (words[SHUT_DOWN] === 1) throw new ShutDown();
    return true;
  }

  get #isOver(): boolean {
    const { words } = this.memory;
    return Atomics.load(words, SHUT_DOWN) === 1 && Atomics.load(words, PUTS) === Atomics.load(words, GETS);
  }

  #getBlocking(deadline: number): T {
    let item: T | typeof NOT_NOW = NOT_NOW;
    const take = () => (item = this.#take()) !== NOT_NOW || this.#isOver;
    if (!take()) {
      if (deadline === 0) throw new Empty();
      if (deadline === Infinity) this.refuseDeadlock('getSync', 'put an item');
      if (!this.#spin(take) && !this.#sleep(PUTS, GET_SLEEPERS, deadline, take)) throw new Empty();
    }
    if (item === NOT_NOW) throw new ShutDown();
    return item;
  }

  /** Looks for a while before it sleeps: waking a thread costs many times an item. */
  #spin(take: () => boolean): boolean {
    const { words } = this.memory;
    for (let look = 0, pauses = 1; look < LOOKS; look++, pauses = Math.min(2 * pauses, MOST_PAUSES)) {
      for (let pause = 0; pause < pauses; pause++) Atomics.pause();
      if (Atomics.load(words, PUTS) !== Atomics.load(words, GETS) && take()) return true;
    }
    return false;
  }

  #sleep(index: number, sleepers: number, deadline: number, step: () => boolean): boolean {
    const { words } = this.memory;
    Atomics.add(words, sleepers, 1);
    try {
      for (;;) {
        const seen = Atomics.load(words, index);
        if (step()) return true;
        if (!park(words, index, seen, deadline)) return false;
      }
    } finally {
      Atomics.sub(words, sleepers, 1);
    }
  }

  /** Raises RuntimeError where a wait without limit could never end. */
  protected refuseDeadlock(call: string, what: string): void {
    if (this.#shared) return;
    throw new RuntimeError(
      `${call} would wait for ever: no other thread has this queue, and this one cannot ${what} while it is blocked: ` +
        `use \`await queue.${call.slice(0, -'Sync'.length)}()\``,
    );
  }
}

/** The moment by which a call must have ended: the past if it must not wait. */
export function queueDeadline(options: QueueSyncOptions): number {
  if (options.block === false) return 0;
  return deadlineOf(options);
}
