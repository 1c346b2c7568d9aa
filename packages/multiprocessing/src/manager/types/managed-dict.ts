/** A dict in the server of a manager, under the names that Python calls. https://docs.python.org/3/library/stdtypes.html#dict */
import { KeyError, ValueError } from '@p8/errors';
import { PyTuple, repr } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';
import { asKey, entriesOf, isDict, keyOf, typeName } from './equality.ts';
import { itemsOf } from './items.ts';
import type { Keywords } from '../wire.ts';

type Entry = readonly [key: unknown, value: unknown];

export class ManagedDict {
  /** What stands for a key → its entry. */
  readonly #entries = new Map<unknown, Entry>();

  constructor(content?: unknown, keywords?: Keywords) {
    this.update(content, keywords);
  }

  __len__(): number {
    return this.#entries.size;
  }

  __contains__(key: unknown): boolean {
    return this.#entries.has(keyOf(key));
  }

  __getitem__(key: unknown): unknown {
    const entry = this.#entries.get(keyOf(key));
    if (entry === undefined) throw new KeyError(key);
    return entry[1];
  }

  __setitem__(key: unknown, value: unknown): void {
    const place = keyOf(key);
    // the key that was there first stays
    this.#entries.set(place, [this.#entries.get(place)?.[0] ?? asKey(key), value]);
  }

  __delitem__(key: unknown): void {
    if (!this.#entries.delete(keyOf(key))) throw new KeyError(key);
  }

  __iter__(): Iterator<unknown> {
    return this.keys().values();
  }

  __reversed__(): unknown[] {
    return this.keys().toReversed();
  }

  __or__(other: unknown): Map<unknown, unknown> {
    return new ManagedDict(this.valueOf()).__ior__(other);
  }

  __ror__(other: unknown): Map<unknown, unknown> {
    return new ManagedDict(other).__ior__(this.valueOf());
  }

  __ior__(other: unknown): Map<unknown, unknown> {
    this.update(other);
    return this.valueOf();
  }

  clear(): void {
    this.#entries.clear();
  }

  copy(): Map<unknown, unknown> {
    return this.valueOf();
  }

  get(key: unknown, otherwise: unknown = null): unknown {
    const entry = this.#entries.get(keyOf(key));
    return entry === undefined ? otherwise : entry[1];
  }

  items(): PyTuple[] {
    return Array.from(this.#entries.values(), ([key, value]) => PyTuple.of(key, value));
  }

  keys(): unknown[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }

  values(): unknown[] {
    return Array.from(this.#entries.values(), ([, value]) => value);
  }

  pop(key: unknown, ...otherwise: readonly unknown[]): unknown {
    const entry = this.#entries.get(keyOf(key));
    if (entry === undefined && otherwise.length === 0) throw new KeyError(key);
    this.#entries.delete(keyOf(key));
    return entry === undefined ? otherwise[0] : entry[1];
  }

  popitem(): PyTuple {
    const last = [...this.#entries].at(-1);
    if (last === undefined) throw new KeyError('popitem(): dictionary is empty');
    this.#entries.delete(last[0]);
    return PyTuple.of(...last[1]);
  }

  setdefault(key: unknown, otherwise: unknown = null): unknown {
    if (!this.__contains__(key)) this.__setitem__(key, otherwise);
    return this.__getitem__(key);
  }

  update(content?: unknown, keywords: Keywords = {}): void {
    for (const [key, value] of pairsOf(content)) this.__setitem__(key, value);
    for (const [key, value] of Object.entries(keywords)) this.__setitem__(key, value);
  }

  /** A copy of the dict, as `#GETVALUE` gives it. */
  valueOf(): Map<unknown, unknown> {
    return new Map(this.#entries.values());
  }

  toString(): string {
    return repr(this.valueOf());
  }
}

/** The entries of a dict, or of a list of pairs. */
function pairsOf(value: unknown): Entry[] {
  const content = value instanceof BaseProxy ? value.getValueSync() : value;
  if (content === null || content === undefined) return [];
  if (isDict(content)) return entriesOf(content);
  return itemsOf(content).map((pair, i) => {
    const parts = itemsOf(pair);
    if (parts.length === 2) return parts as unknown as Entry;
    throw new ValueError(
      `dictionary update sequence element #${i} (${typeName(pair)}) has length ${parts.length}; 2 is required`,
    );
  });
}
