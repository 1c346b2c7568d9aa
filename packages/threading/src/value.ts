/** Python's shared values: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value */
import { reducible } from '@p8/pickle';
import { Cells } from './cells.ts';
import type { Amount, Bits, CellValue, TypeCode } from './cells.ts';
import type { Lock } from './lock.ts';
import { isReceived } from './place.ts';
import type { Allocate, ObjectMemory } from './place.ts';
import type { RLock } from './rlock.ts';
import { chosenLock } from './value-lock.ts';
import type { ValueOptions } from './value-lock.ts';
import type { WaitOptions } from './waiting.ts';

/**
 * A number that all threads share. Each call is done as one; a change in two steps, such as `value.value += 1`, is not:
 * that is `value.add(1)`, or needs a lock.
 */
export class RawValue<C extends TypeCode = TypeCode> {
  static {
    reducible<RawValue>(RawValue, (value) => [RawValue, [value.type, undefined, value.memory]]);
  }

  readonly #cells: Cells<C>;

  /**
   * Raises ValueError for an unknown type, and TypeError if the first value is of another.
   *
   * @param type what it holds: see TypeCode
   * @param initial the first value; default: zero
   * @param memory that of the value which it shall be, as another thread sends it; the first value is not used then
   */
  constructor(type: C, initial?: CellValue<C>, memory?: ObjectMemory | Allocate) {
    this.#cells = new Cells(type, 1, memory);
    if (!isReceived(memory) && initial !== undefined) this.value = initial;
  }

  /** What it holds. */
  get type(): C {
    return this.#cells.type;
  }

  /** Where it lies, for what shall be the same value. */
  get memory(): ObjectMemory {
    return this.#cells.memory;
  }

  /** What it is now. Setting it raises TypeError for a value of another type. */
  get value(): CellValue<C> {
    return this.#cells.load(0);
  }

  set value(value: CellValue<C>) {
    this.#cells.store(0, value);
  }

  /** Adds to it; comes back: what it was before. Integers go round at their ends, as in C. */
  add(amount: Amount<C>): CellValue<C> {
    return this.#cells.add(0, amount);
  }

  /** Keeps the bits that are in the mask too; comes back: what it was before. */
  and(mask: Bits<C>): CellValue<C> {
    return this.#cells.and(0, mask);
  }

  /** Sets the bits of the mask; comes back: what it was before. */
  or(mask: Bits<C>): CellValue<C> {
    return this.#cells.or(0, mask);
  }

  /** Turns the bits of the mask over; comes back: what it was before. */
  xor(mask: Bits<C>): CellValue<C> {
    return this.#cells.xor(0, mask);
  }

  /** Sets it; comes back: what it was before. */
  exchange(value: CellValue<C>): CellValue<C> {
    return this.#cells.exchange(0, value);
  }

  /** Sets it if it is what is expected, bit by bit; comes back: what it was before. */
  compareExchange(expected: CellValue<C>, value: CellValue<C>): CellValue<C> {
    return this.#cells.compareExchange(0, expected, value);
  }
}

/** A {@link RawValue} with a lock, for changes in several steps. */
export class Value<C extends TypeCode = TypeCode> extends RawValue<C> {
  static {
    reducible<Value>(Value, (value) => [Value, [value.type, undefined, { lock: value.getLock() }, value.memory]]);
  }

  readonly #lock: Lock | RLock;

  /** As RawValue; raises TypeError if `lock` is no lock. */
  constructor(type: C, initial?: CellValue<C>, options?: ValueOptions, memory?: ObjectMemory | Allocate) {
    super(type, initial, memory);
    this.#lock = chosenLock(options, 'RawValue');
  }

  /** Its lock. Reading and setting the value does not take it. */
  getLock(): Lock | RLock {
    return this.#lock;
  }

  /** The same value without the lock. */
  getObj(): RawValue<C> {
    return new RawValue(this.type, undefined, this.memory);
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
