/**
 * In which order locks are taken, in all threads: a list of pairs in shared memory, each "this one while that one was
 * held", with the place in the program. A pair that closes a circle is one that can end in a deadlock.
 *
 *     words: locks | pairs | held, taken, length of the place …          places: text of each pair
 */
import { randomInt } from 'node:crypto';
import { isOfThreads } from './realm.ts';

const LOCKS = 0;
const PAIRS = 1;
const FIRST = 2;
const WORDS_OF_PAIR = 3;
const MOST_PAIRS = 4096;
const LONGEST_PLACE = 200;

const PLACES: number = 4 * (FIRST + MOST_PAIRS * WORDS_OF_PAIR);

/** One lock was taken while another was held. */
export interface LockPair {
  readonly held: number;
  readonly taken: number;
  readonly place: string;
}

export class LockOrder {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #places: Buffer;
  /** Pairs that this thread has seen already. */
  readonly #known = new Set<string>();

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES + MOST_PAIRS * LONGEST_PLACE)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, PLACES / 4);
    this.#places = Buffer.from(memory, PLACES);
  }

  /** The number of a lock, from 1 up; it is kept in the last word of the lock. One of processes, which each number their own, gets any large one. */
  numberOf(words: Int32Array): number {
    const at = words.length - 1;
    const number = Atomics.load(words, at);
    if (number > 0) return number;
    const given = isOfThreads(words) ? Atomics.add(this.#words, LOCKS, 1) + 1 : randomInt(2 ** 30, 2 ** 31 - 1);
    return Atomics.compareExchange(words, at, 0, given) || given;
  }

  /** Adds a pair, if it is new; comes back: the pairs that lead from the lock that is taken to the one that is held, if there are any. */
  add(held: number, taken: number, placeOf: () => string): readonly LockPair[] {
    const key = `${held} ${taken}`;
    if (this.#known.has(key)) return [];
    this.#known.add(key);
    const pairs = this.#pairs();
    if (!pairs.some((pair) => pair.held === held && pair.taken === taken)) this.#append(held, taken, placeOf());
    return way(pairs, taken, held);
  }

  #append(held: number, taken: number, place: string): void {
    const index = Atomics.add(this.#words, PAIRS, 1);
    if (index >= MOST_PAIRS) return;
    const at = FIRST + index * WORDS_OF_PAIR;
    this.#words[at] = held;
    this.#words[at + 2] = this.#places.write(place, index * LONGEST_PLACE, LONGEST_PLACE);
    // last: from now on the pair is there
    Atomics.store(this.#words, at + 1, taken);
  }

  #pairs(): LockPair[] {
    const count = Math.min(Atomics.load(this.#words, PAIRS), MOST_PAIRS);
    const pairs: LockPair[] = [];
    for (let index = 0; index < count; index++) {
      const at = FIRST + index * WORDS_OF_PAIR;
      const taken = Atomics.load(this.#words, at + 1);
      if (taken === 0) continue;
      const start = index * LONGEST_PLACE;
      const place = this.#places.toString('utf8', start, start + this.#words[at + 2]!);
      pairs.push({ held: this.#words[at]!, taken, place });
    }
    return pairs;
  }
}

/** Pairs by which one gets from one lock to another, the shortest way; none if there is no way. */
function way(pairs: readonly LockPair[], from: number, to: number): readonly LockPair[] {
  const ways: (readonly LockPair[])[] = [[]];
  const seen = new Set([from]);
  for (const steps of ways) {
    const at = steps.at(-1)?.taken ?? from;
    for (const pair of pairs) {
      if (pair.held !== at || seen.has(pair.taken)) continue;
      if (pair.taken === to) return [...steps, pair];
      seen.add(pair.taken);
      ways.push([...steps, pair]);
    }
  }
  return [];
}
