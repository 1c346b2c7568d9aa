/** A dict that processes share. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.dict */
import { KeyError } from '@p8/errors';
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';
import { warnOfNested } from '../nested.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';

type Content<K, V> = ReadonlyMap<K, V> | Iterable<readonly [K, V]> | Readonly<Record<string, V>>;

/**
 * What a shared dict does: a Map's methods, and Python's. Keys are texts, numbers, bytes, and arrays of such, which are equal as they are
 * in Python: by what they hold. Values are copies.
 */
export interface DictMethods<K, V> {
  /** The value, or `otherwise`: null unless given. */
  get(key: K, otherwise?: V | null): V | null;
  /** The value: Python's `d[key]`. Raises KeyError. */
  getItem(key: K): V;
  set(key: K, value: V): void;
  has(key: K): boolean;
  /** Comes back: whether it was there. */
  delete(key: K): boolean;
  /** How many keys there are. */
  size(): number;
  clear(): void;
  copy(): Map<K, V>;
  keys(): K[];
  values(): V[];
  items(): [K, V][];
  /** The same. */
  entries(): [K, V][];
  /** Takes the value out. Raises KeyError if the key is missing and there is no `otherwise`. */
  pop(key: K, ...otherwise: [] | [V | null]): V;
  /** Takes out what was put last. Raises KeyError if it is empty. */
  popitem(): [K, V];
  /** The value; if there is none, the one given, which is put. */
  setdefault(key: K, otherwise?: V | null): V;
  update(content: Content<K, V> | DictProxy<K, V>): void;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface DictProxy<K = unknown, V = unknown> extends Remote<DictMethods<K, V>> {}

/** The same methods as promises, and blocking as `…Sync`. `for await` goes through a copy, entry by entry. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class DictProxy<K = unknown, V = unknown> extends BaseProxy implements AsyncIterable<[K, V]> {
  static readonly exposed: readonly string[] = [
    '__contains__',
    '__delitem__',
    '__getitem__',
    '__ior__',
    '__iter__',
    '__len__',
    '__or__',
    '__reversed__',
    '__ror__',
    '__setitem__',
    'clear',
    'copy',
    'get',
    'items',
    'keys',
    'pop',
    'popitem',
    'setdefault',
    'update',
    'values',
  ];
  static readonly methodToTypeid: Readonly<Record<string, string>> = { __iter__: 'Iterator' };

  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    yield* await this.items();
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.DictProxy');
  }
}

const items = { method: 'items', result: (pairs: readonly (readonly unknown[])[]) => pairs.map((pair) => [...pair]) };

defineCalls<DictMethods<unknown, unknown>>(DictProxy, {
  get: 'get',
  getItem: '__getitem__',
  set: { method: '__setitem__', args: (key: unknown, value: unknown) => [key, checked(value)] },
  has: '__contains__',
  delete: { method: '__delitem__', result: () => true, otherwise: missing },
  size: '__len__',
  clear: 'clear',
  copy: {
    method: 'copy',
    result: (copy: unknown) => (copy instanceof Map ? copy : new Map(Object.entries(copy as object))),
  },
  keys: 'keys',
  values: 'values',
  items,
  entries: items,
  pop: 'pop',
  popitem: { method: 'popitem', result: (pair: readonly unknown[]) => [...pair] },
  setdefault: 'setdefault',
  update: {
    method: 'update',
    args: (content: Content<unknown, unknown> | DictProxy) => [isPairs(content) ? new Map(content) : content],
  },
});

function isPairs(content: object): content is Iterable<readonly [unknown, unknown]> {
  return Symbol.iterator in content && !(content instanceof Map);
}

function missing(error: unknown): false {
  if (error instanceof KeyError) return false;
  throw error;
}

function checked(value: unknown): unknown {
  warnOfNested('dict', value);
  return value;
}

importable(import.meta, { DictProxy });
