/** A bag of attributes: https://docs.python.org/3/library/multiprocessing.html#namespace-objects */
import { AttributeError } from '@p8/errors';
import { repr } from '@p8/pickle/cpython';
import type { Keywords } from '../wire.ts';

export class ManagedNamespace {
  readonly #attributes: Map<string, unknown>;

  constructor(attributes: Keywords = {}) {
    this.#attributes = new Map(Object.entries(attributes));
  }

  __getattribute__(name: string): unknown {
    this.#check(name);
    return this.#attributes.get(name);
  }

  __setattr__(name: string, value: unknown): void {
    this.#attributes.set(name, value);
  }

  __delattr__(name: string): void {
    this.#check(name);
    this.#attributes.delete(name);
  }

  /** Its attributes, as `#GETVALUE` gives them. */
  valueOf(): Record<string, unknown> {
    return Object.fromEntries(this.#attributes);
  }

  toString(): string {
    const shown = [...this.#attributes].filter(([name]) => !name.startsWith('_'));
    return `Namespace(${shown
      .map(([name, value]) => `${name}=${repr(value)}`)
      .toSorted()
      .join(', ')})`;
  }

  #check(name: string): void {
    if (!this.#attributes.has(name)) throw new AttributeError(`'Namespace' object has no attribute '${name}'`);
  }
}
