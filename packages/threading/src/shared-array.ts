/** Python's shared arrays: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Array */
import { ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { Cells } from './cells.ts';
import type { Amount, Bits, CellValue, CellView, TypeCode } from './cells.ts';
import type { Lock } from './lock.ts';
import { isReceived } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import type { RLock } from './rlock.ts';
import { chosenLock } from './value-lock.ts';
import type { ValueOptions } from './value-lock.ts';
import type { WaitOptions } from './waiting.ts';

/** The length of an array of zeros, or the items; an array of bytes is also made from a text, as UTF-8. */
export type ArrayInit<C extends TypeCode> = number | Iterable<CellValue<C>> | (C extends 'c' ? string : never);

/**
 * An array of fixed length that all threads share. Each call is done as one, for one item; a negative index counts from the
 * end, as in Python. For work on many items there is `view`, the typed array itself.
 */
export class RawArray<C extends TypeCode = TypeCode> implements Iterable<CellValue<C>> {
  static {
    reducible<RawArray>(RawArray, (array) => [RawArray, [array.type, 0, array.memory]]);
  }

  readonly #cells: Cells<C>;

  /**
   * Raises ValueError for an unknown type or an impossible length, and TypeError if an item is of another type.
   *
   * @param type what the items are: see TypeCode
   * @param memory that of the array which it shall be, as another thread sends it; `init` is not used then
   */
  constructor(type: C, init: ArrayInit<C>, memory?: ObjectMemory | Allocate) {
    const items = typeof init === 'number' ? undefined : itemsOf<C>(init);
    const length = items?.length ?? (init as number);
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ValueError(`init must be the items, or how many: a whole number from 0 up, not ${length}`);
    }
    this.#cells = new Cells(type, length, memory);
    if (isReceived(memory)) return;
    for (const [index, item] of (items ?? []).entries()) this.#cells.store(index, item);
  }

  /** What the items are. */
  get type(): C {
    return this.#cells.type;
  }

  get length(): number {
    return this.#cells.length;
  }

  /** Where it lies, for what shall be the same array. */
  get memory(): ObjectMemory {
    return this.#cells.memory;
  }

  /** The items as a typed array over the same memory: the fast way, for one thread at a time or under a lock. */
  get view(): CellView<C> {
    return this.#cells.view;
  }

  /** The item; raises IndexError if there is none. */
  get(index: number): CellValue<C> {
    return this.#cells.load(this.#cells.indexOf(index));
  }

  /** Sets the item; raises IndexError if there is none, and TypeError for a value of another type. */
  set(index: number, value: CellValue<C>): void {
    this.#cells.store(this.#cells.indexOf(index), value);
  }

  /** Adds to the item; comes back: what it was before. */
  add(index: number, amount: Amount<C>): CellValue<C> {
    return this.#cells.add(this.#cells.indexOf(index), amount);
  }

  /** Keeps the bits of the item that are in the mask too; comes back: what it was before. */
  and(index: number, mask: Bits<C>): CellValue<C> {
    return this.#cells.and(this.#cells.indexOf(index), mask);
  }

  /** Sets the bits of the mask; comes back: what the item was before. */
  or(index: number, mask: Bits<C>): CellValue<C> {
    return this.#cells.or(this.#cells.indexOf(index), mask);
  }

  /** Turns the bits of the mask over; comes back: what the item was before. */
  xor(index: number, mask: Bits<C>): CellValue<C> {
    return this.#cells.xor(this.#cells.indexOf(index), mask);
  }

  /** Sets the item; comes back: what it was before. */
  exchange(index: number, value: CellValue<C>): CellValue<C> {
    return this.#cells.exchange(this.#cells.indexOf(index), value);
  }

  /** Sets the item if it is what is expected, bit by bit; comes back: what it was before. */
  compareExchange(index: number, expected: CellValue<C>, value: CellValue<C>): CellValue<C> {
    return this.#cells.compareExchange(this.#cells.indexOf(index), expected, value);
  }

  /** The items, each as it is when its turn comes. */
  *[Symbol.iterator](): Generator<CellValue<C>, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.#cells.load(index);
  }
}

/** A {@link RawArray} with a lock, for changes in several steps. */
export class SharedArray<C extends TypeCode = TypeCode> extends RawArray<C> {
  static {
    reducible<SharedArray>(SharedArray, (array) => [
      SharedArray,
      [array.type, 0, { lock: array.getLock() }, array.memory],
    ]);
  }

  readonly #lock: Lock | RLock;

  /** As RawArray; raises TypeError if `lock` is no lock. */
  constructor(type: C, init: ArrayInit<C>, options?: ValueOptions, memory?: ObjectMemory | Allocate) {
    super(type, init, memory);
    this.#lock = chosenLock(options, 'RawArray');
  }

  /** Its lock. Reading and setting an item does not take it. */
  getLock(): Lock | RLock {
    return this.#lock;
  }

  /** The same array without the lock. */
  getObj(): RawArray<C> {
    return new RawArray<C>(this.type, 0, this.memory);
  }

  /** Runs the body while holding the lock. Comes back: what the body returns. It waits for the lock and for the body. */
  with<T>(body: () => T, options?: Pick<WaitOptions, 'signal'>): Promise<Awaited<T>> {
    return this.#lock.with(body, options);
  }

  /** As `with`, but blocks this thread. Raises TypeError if the body returns a promise. */
  withSync<T>(body: () => T): T {
    return this.#lock.withSync(body);
  }
}

function itemsOf<C extends TypeCode>(init: Iterable<unknown>): readonly CellValue<C>[] {
  const items = typeof init === 'string' ? Buffer.from(init) : init;
  return Array.from(items) as CellValue<C>[];
}
