/**
 * The shared memory of a queue: words that say how it stands, and the bytes of the items.
 *
 *     putters ──▶ put lock ──▶ [ head … items … tail ] ──▶ get lock ──▶ getters
 *
 * The words have a fixed size. The items' memory is doubled when it is full.
 */
import { MemoryError } from '@p8/errors';
import { giveBack, heldHere, lockBriefly } from './mutex.ts';
import type { QueueSpace } from './queue-space.ts';
import { UNIT } from './record.ts';

/**
 * Where things are among the words: what putting changes, what getting changes, and what both only read stand apart, so
 * that a processor that puts does not take from another, which gets, the line of memory that it works on.
 */
const APART = 32;

/** Where the next record goes. */
export const TAIL = 0;
/** How many items were ever put. Getters sleep on it. */
export const PUTS = 1;
/** Items whose task is not done; its own bell. */
export const UNFINISHED = 2;
/** Where records began when somebody who put looked last; they begin there or later. */
export const KNOWN_HEAD = 3;
const PUT_LOCK = 4;

/** Where the first record is. */
export const HEAD: number = APART;
/** How many items were ever taken. Putters sleep on it. */
export const GETS: number = APART + 1;
/** How many were put when somebody who got looked last; there are that many or more, unless all were dropped. */
export const KNOWN_PUTS: number = APART + 2;
/** What a store wants to keep beside. */
export const LIVE: number = APART + 3;
export const GET_LOCK: number = APART + 4;

/** Units of memory; the views are made anew when it has changed. */
export const CAPACITY: number = 2 * APART;
export const MAXSIZE: number = 2 * APART + 1;
/** 1 when it is shut down. */
export const SHUT_DOWN: number = 2 * APART + 2;
/** For the numbers of messages that go outside of the memory. */
export const OUTSIDE_COUNT: number = 2 * APART + 3;
/** How many threads sleep because there is no item, or no room (at least). */
export const GET_SLEEPERS: number = 2 * APART + 4;
export const PUT_SLEEPERS: number = 2 * APART + 5;
/** The bells and lines of those who await an item, room, or the end of all tasks. */
export const GET_BELL: number = 2 * APART + 6;
export const GET_LISTENERS: number = 2 * APART + 7;
export const PUT_BELL: number = 2 * APART + 8;
export const PUT_LISTENERS: number = 2 * APART + 9;
export const JOIN_LISTENERS: number = 2 * APART + 10;
/** How many words there are. */
export const QUEUE_WORDS: number = 3 * APART;

const FIRST_CAPACITY = 512;
const LARGEST_CAPACITY = 2 ** 25;
/** Bytes of the items' memory. */
export const FIRST_SIZE: number = UNIT * FIRST_CAPACITY;
export const LARGEST_SIZE: number = UNIT * LARGEST_CAPACITY;

export class QueueMemory {
  readonly words: Int32Array;
  readonly #space: QueueSpace;
  /** Whether putting and getting exclude each other. */
  readonly oneLock: boolean;
  readonly #getLock: number;
  readonly #held: number;
  #items: Int32Array;
  /**
   * Called with both locks held when a thread was ended in the middle of a change, so that the counts may be wrong. The queue
   * sets it.
   */
  repair!: () => void;

  constructor(oneLock: boolean, space: QueueSpace) {
    this.#space = space;
    this.words = space.words;
    if (!space.received) this.words[CAPACITY] = FIRST_CAPACITY;
    this.oneLock = oneLock;
    this.#held = heldHere(this.words);
    this.#getLock = oneLock ? PUT_LOCK : GET_LOCK;
    this.#items = space.items(2 * FIRST_CAPACITY);
  }

  /** The items' memory as it is now; valid while one of the locks is held, and until it grows. */
  get items(): Int32Array {
    const length = 2 * this.words[CAPACITY]!;
    if (this.#items.length !== length) this.#items = this.#space.items(length);
    return this.#items;
  }

  lockPut(): void {
    if (lockBriefly(this.words, PUT_LOCK, this.#held)) return;
    if (!this.oneLock) lockBriefly(this.words, GET_LOCK, this.#held);
    this.repair();
    if (!this.oneLock) this.unlockGet();
  }

  unlockPut(): void {
    giveBack(this.words, PUT_LOCK);
  }

  lockGet(): void {
    if (lockBriefly(this.words, this.#getLock, this.#held)) return;
    if (this.oneLock) {
      this.repair();
      return;
    }
    this.unlockGet();
    this.lockBoth();
    this.repair();
    this.unlockPut();
  }

  /** Nobody else puts or takes; the order in which they are taken is always this one. */
  lockBoth(): void {
    this.lockPut();
    if (!this.oneLock && !lockBriefly(this.words, GET_LOCK, this.#held)) this.repair();
  }

  unlockBoth(): void {
    if (!this.oneLock) this.unlockGet();
    this.unlockPut();
  }

  unlockGet(): void {
    giveBack(this.words, this.#getLock);
  }

  /** Doubles the memory until it has so many units; the put lock is held. `move` puts the items in their new places. */
  grow(units: number, move: (before: number, after: number) => void): void {
    const before = this.words[CAPACITY]!;
    let after = 2 * before;
    while (after < units) after *= 2;
    if (after > LARGEST_CAPACITY) {
      throw new MemoryError(`the queue's items would take more than ${LARGEST_SIZE} bytes: give it a maxsize`);
    }
    const separate = !this.oneLock;
    if (separate && !lockBriefly(this.words, GET_LOCK, this.#held)) this.repair();
    try {
      if (this.#space.size < UNIT * after) this.#space.grow(UNIT * after);
      move(before, after);
      // last: until then everything is where it was, too
      Atomics.store(this.words, CAPACITY, after);
    } finally {
      if (separate) this.unlockGet();
    }
  }

  /** All of the memory, while it grows. */
  get whole(): Int32Array {
    return this.#space.items(this.#space.size >>> 2);
  }
}
