/** One value, and an array of numbers: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Value */
import { IndexError } from '@p8/errors';
import { PyFloat, repr } from '@p8/pickle/cpython';
import type { Signatures } from '../apply.ts';
import { itemsOf } from './items.ts';
import { ManagedList } from './managed-list.ts';

/** The codes of floats; all others are of whole numbers. */
const FLOATS = 'fd';

export class ManagedValue {
  static readonly signatures: Signatures = { new: ['typecode', 'value', 'lock'] };

  readonly #typecode: string;
  #value: unknown;

  constructor(typecode: string, value: unknown) {
    this.#typecode = typecode;
    this.#value = value;
  }

  get(): unknown {
    return this.#value;
  }

  set(value: unknown): void {
    this.#value = value;
  }

  valueOf(): unknown {
    return this.#value;
  }

  toString(): string {
    return `Value(${repr(this.#typecode)}, ${repr(this.#value)})`;
  }
}

/** Its length never changes. */
export class ManagedArray {
  static readonly signatures: Signatures = { new: ['typecode', 'sequence', 'lock'] };

  readonly #typecode: string;
  readonly #numbers: ManagedList;

  constructor(typecode: string, sequence: unknown) {
    this.#typecode = typecode;
    const items = typeof sequence === 'number' ? Array.from({ length: sequence }, () => 0) : itemsOf(sequence);
    this.#numbers = new ManagedList(items.map((item) => this.#checked(item)));
  }

  __len__(): number {
    return this.#numbers.__len__();
  }

  __getitem__(index: unknown): unknown {
    return this.#reworded(() => this.#numbers.__getitem__(index));
  }

  __setitem__(index: unknown, value: unknown): void {
    const checked = Array.isArray(value) ? value.map((item) => this.#checked(item)) : this.#checked(value);
    this.#reworded(() => this.#numbers.__setitem__(index, checked));
  }

  valueOf(): unknown[] {
    return this.#numbers.valueOf();
  }

  toString(): string {
    return `array(${repr(this.#typecode)}, ${repr(this.#asPython())})`;
  }

  #asPython(): unknown[] {
    const numbers = this.#numbers.valueOf();
    return FLOATS.includes(this.#typecode) ? numbers.map((number) => new PyFloat(Number(number))) : numbers;
  }

  #checked(item: unknown): unknown {
    const number = item instanceof PyFloat ? item.value : item;
    if (typeof number !== 'number' && typeof number !== 'bigint')
      throw new TypeError(`an item must be a number, not ${typeof item}`);
    if (!FLOATS.includes(this.#typecode) && typeof number === 'number' && !Number.isInteger(number))
      throw new TypeError(`an item of type '${this.#typecode}' must be a whole number, not ${number}`);
    return number;
  }

  #reworded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof IndexError) throw new IndexError(error.message.replace('list', 'array'), { cause: error });
      throw error;
    }
  }
}
