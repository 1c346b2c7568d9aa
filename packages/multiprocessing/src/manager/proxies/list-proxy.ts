/** A list that processes share. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.list */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';
import { warnOfNested } from '../nested.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';
import { sliceOf } from '../types/slice.ts';

/** What a shared list does; a negative index counts from the end. Values are copies. */
export interface ListMethods<T> {
  /** The item. Raises IndexError. */
  get(index: number): T;
  /** Raises IndexError. */
  set(index: number, value: T): void;
  /** Takes the item out. Raises IndexError. */
  delete(index: number): void;
  /** A copy of the items from `start` on, up to `stop`. */
  slice(start?: number | null, stop?: number | null, step?: number | null): T[];
  /** How many items there are. */
  length(): number;
  /** Whether an item equals the value. */
  has(value: T): boolean;
  append(value: T): void;
  clear(): void;
  copy(): T[];
  /** A copy, with these items behind: Python's `+`. */
  concat(values: readonly T[]): T[];
  /** A copy, so many times: Python's `*`. */
  repeat(times: number): T[];
  /** How many items equal the value. */
  count(value: T): number;
  extend(values: readonly T[] | ListProxy<T>): void;
  /** Where the value is. Raises ValueError. */
  index(value: T, start?: number, stop?: number): number;
  insert(index: number, value: T): void;
  /** Takes out the last item, or that at the index. Raises IndexError. */
  pop(index?: number): T;
  /** Takes the first such item out. Raises ValueError. */
  remove(value: T): void;
  reverse(): void;
  /** Sorts by Python's `<`; `key` is an exported function. Raises TypeError for items that have no order. */
  sort(options?: { readonly key?: (item: T) => unknown; readonly reverse?: boolean }): void;
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface ListProxy<T = unknown> extends Remote<ListMethods<T>> {}

/** The same methods as promises, and blocking as `…Sync`. `for await` goes through a copy. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class ListProxy<T = unknown> extends BaseProxy implements AsyncIterable<T> {
  static readonly exposed: readonly string[] = [
    '__add__',
    '__contains__',
    '__delitem__',
    '__getitem__',
    '__iadd__',
    '__imul__',
    '__len__',
    '__mul__',
    '__reversed__',
    '__rmul__',
    '__setitem__',
    'append',
    'clear',
    'copy',
    'count',
    'extend',
    'index',
    'insert',
    'pop',
    'remove',
    'reverse',
    'sort',
  ];

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.copy();
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.ListProxy');
  }
}

/** Servers of older Pythons know a list by its slices alone. */
const all = sliceOf(null, null);

defineCalls<ListMethods<unknown>>(ListProxy, {
  get: '__getitem__',
  set: { method: '__setitem__', args: (index: number, value: unknown) => [index, checked(value)] },
  delete: '__delitem__',
  slice: {
    method: '__getitem__',
    args: (start: number | null = null, stop: number | null = null, step: number | null = null) => [
      sliceOf(start, stop, step),
    ],
  },
  length: '__len__',
  has: '__contains__',
  append: { method: 'append', args: (value: unknown) => [checked(value)] },
  clear: { method: '__delitem__', args: () => [all] },
  copy: { method: '__getitem__', args: () => [all] },
  concat: '__add__',
  repeat: '__mul__',
  count: 'count',
  extend: 'extend',
  index: 'index',
  insert: { method: 'insert', args: (index: number, value: unknown) => [index, checked(value)] },
  pop: 'pop',
  remove: 'remove',
  reverse: 'reverse',
  sort: { method: 'sort', args: () => [], keywords: (options: Readonly<Record<string, unknown>> = {}) => options },
});

function checked(value: unknown): unknown {
  warnOfNested('list', value);
  return value;
}

importable(import.meta, { ListProxy });
