/**
 * Who waits on a condition, in shared memory. It is changed only by who holds the condition's lock.
 *
 *     horizon    every ticket before it was notified
 *     bell, listeners  for those who await
 *     next       the ticket of the next who comes
 *     places     a ring: the ticket's place holds the thread that waits, which sleeps on it, or GONE if it gave up
 *
 * The ring is doubled in place when it is full, but for that of processes, whose memory does not grow.
 */
import { Awaiting, ring } from './awaiting.ts';
import { memoryFor, wordsOf } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import { notify, park, realmOf } from './realm.ts';
import type { Realm } from './realm.ts';

const HORIZON = 0;
const BELL = 1;
const LISTENERS = 2;
const NEXT = 3;
const PLACES = 4;

/** Of a place: nobody waits there any more. Otherwise it holds the thread that waits. */
const GONE = 0;

/** Powers of two, since tickets begin again at 0 after 2^32. The most is address space only, until it is used. */
const FIRST_CAPACITY = 8;
const LARGEST_CAPACITY = 2 ** 20;
/** Of a line whose memory does not grow. */
const FIXED_CAPACITY = 2 ** 10;

export class WaitLine {
  readonly memory: ObjectMemory;
  /** Follows the memory as it grows, also when another thread makes it grow. */
  readonly #words: Int32Array;
  readonly #awaiting: Awaiting;
  readonly #realm: Realm;

  constructor(memory: ObjectMemory | Allocate = growing()) {
    this.memory = memoryFor(4 * (PLACES + FIXED_CAPACITY), memory);
    this.#words = wordsOf(this.memory);
    this.#realm = realmOf(this.#words);
    this.#awaiting = new Awaiting(this.#words, BELL, LISTENERS);
  }

  /** Joins the line; comes back: the ticket. */
  enter(): number {
    const ticket = this.#word(NEXT);
    if (((ticket - this.#word(HORIZON)) | 0) === this.#capacity) this.#makeRoom();
    Atomics.store(this.#words, this.#placeOf(ticket), this.#realm.self);
    Atomics.store(this.#words, NEXT, (ticket + 1) | 0);
    return ticket;
  }

  /** Leaves the line; comes back: whether the ticket was notified, and the wake-up belongs to it. */
  leave(ticket: number): boolean {
    if (this.#wasNotified(ticket)) return true;
    Atomics.store(this.#words, this.#placeOf(ticket), GONE);
    this.#forgetGone();
    return false;
  }

  /** Notifies the first n who still wait. */
  notify(n: number): void {
    const next = this.#word(NEXT);
    const first = this.#word(HORIZON);
    let horizon = first;
    for (let left = n; left > 0 && horizon !== next; horizon = (horizon + 1) | 0) {
      const thread = this.#word(this.#placeOf(horizon));
      // a notification is not for those who cannot hear it; where all are notified, that need not be known
      if (thread !== GONE && (n === Infinity || !this.#realm.hasEnded(thread))) left -= 1;
    }
    Atomics.store(this.#words, HORIZON, horizon);
    for (let ticket = first; ticket !== horizon; ticket = (ticket + 1) | 0) {
      const place = this.#placeOf(ticket);
      if (Atomics.exchange(this.#words, place, GONE) !== GONE) notify(this.#words, place);
    }
    if (horizon !== first) ring(this.#words, BELL, LISTENERS);
  }

  /** Waits until the ticket is notified; false after the deadline. Needs no lock. */
  wait(ticket: number, deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#awaiting.wait(() => this.#wasNotified(ticket), deadline, signal);
  }

  waitSync(ticket: number, deadline: number): boolean {
    while (!this.#wasNotified(ticket)) {
      if (!park(this.#words, this.#placeOf(ticket), this.#realm.self, deadline)) return false;
    }
    return true;
  }

  get #capacity(): number {
    return this.#words.length - PLACES;
  }

  #word(index: number): number {
    return Atomics.load(this.#words, index);
  }

  #wasNotified(ticket: number): boolean {
    return ((this.#word(HORIZON) - ticket) | 0) > 0;
  }

  #placeOf(ticket: number): number {
    return PLACES + (ticket & (this.#capacity - 1));
  }

  /** Those at the head who gave up need no places. */
  #forgetGone(): void {
    const next = this.#word(NEXT);
    let horizon = this.#word(HORIZON);
    while (horizon !== next && this.#word(this.#placeOf(horizon)) === GONE) horizon = (horizon + 1) | 0;
    Atomics.store(this.#words, HORIZON, horizon);
  }

  #makeRoom(): void {
    if (this.memory instanceof SharedArrayBuffer && this.#capacity < LARGEST_CAPACITY) this.#grow(this.memory);
    // one waits at the head, and all other places are taken too: he is woken for nothing, which a waiter must bear
    else this.notify(1);
    this.#forgetGone();
  }

  /** A sleeper whose place moves is woken, and finds it again by his ticket. */
  #grow(memory: SharedArrayBuffer): void {
    const before = this.#capacity;
    memory.grow(4 * (PLACES + 2 * before));
    const next = this.#word(NEXT);
    for (let ticket = this.#word(HORIZON); ticket !== next; ticket = (ticket + 1) | 0) {
      const old = PLACES + (ticket & (before - 1));
      const place = this.#placeOf(ticket);
      if (place === old) continue;
      Atomics.store(this.#words, place, Atomics.exchange(this.#words, old, GONE));
      notify(this.#words, old);
    }
  }
}

/** That of threads, which is small until many wait. */
function growing(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (PLACES + FIRST_CAPACITY), { maxByteLength: 4 * (PLACES + LARGEST_CAPACITY) });
}
