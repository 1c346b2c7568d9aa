/**
 * Who shares the words of a lock, which the memory tells: a SharedArrayBuffer the threads of this process, any other memory
 * the processes that map it. Each side knows its holders by numbers of its own, and sleeps and wakes in its own way.
 */
import { threadRealm } from './thread-realm.ts';

/** How a sleep ended; false if it did not begin, because the deadline had passed. */
export type Parked = 'woken' | 'slice over' | false;

/** What locks need of those who share them. A holder is a JavaScript thread; 0 is none. */
export interface Realm {
  /** This thread, as a holder: unique among those that live, and below 2^29. */
  readonly self: number;
  /** Whether a holder has certainly ended. It may take some microseconds. */
  hasEnded(holder: number): boolean;
  /**
   * Sleeps while a word has this value: until it is notified, until the holder has ended if that is seen, until the deadline (a
   * moment of `performance.now()`), or for a slice of time. The caller looks again in any case. A wake-up may go to somebody
   * who is being terminated or interrupted, and be lost with him: the slice bounds what that can cost.
   */
  park(words: Int32Array, index: number, value: number, deadline: number, holder: number): Parked;
  /** Wakes those who sleep on a word or listen to it, the oldest first; comes back: how many. */
  notify(words: Int32Array, index: number, count: number): number;
  /**
   * Calls `hear` once, in a turn of its own, when the word is notified, or with 'ended' when the holder is seen to have ended.
   * Comes back: what calls that off, if it can be, and says whether it has; undefined if the word has another value. It does not
   * keep the event loop alive.
   */
  listen(
    words: Int32Array,
    index: number,
    value: number,
    holder: number,
    hear: (how: unknown) => void,
  ): (() => boolean) | undefined;
}

let processes: Realm | undefined;

/** For @p8/multiprocessing: the processes of the program, from when the first word in mapped memory is used. */
export function setProcessRealm(realm: Realm): void {
  processes = realm;
}

/** Those who share these words. */
export function realmOf(words: Int32Array): Realm {
  return isOfThreads(words) ? threadRealm : processes!;
}

export function isOfThreads(words: Int32Array): boolean {
  return words.buffer instanceof SharedArrayBuffer;
}

/** {@link Realm.park} among those who share the words; `holder` is who is waited for, if that is somebody. */
export function park(words: Int32Array, index: number, value: number, deadline: number, holder = 0): Parked {
  return realmOf(words).park(words, index, value, deadline, holder);
}

/** {@link Realm.notify} among those who share the words. */
export function notify(words: Int32Array, index: number, count: number = Infinity): number {
  return realmOf(words).notify(words, index, count);
}
