/** One value, and an array of numbers, that processes share. */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';
import { defineCalls } from '../remote.ts';
import type { Remote } from '../remote.ts';
import { sliceOf } from '../types/slice.ts';

/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Value */
export class ValueProxy<T = unknown> extends BaseProxy {
  static readonly exposed: readonly string[] = ['get', 'set'];

  get(): Promise<T> {
    return this.callMethod('get', [], undefined, { waits: false }) as Promise<T>;
  }

  getSync(): T {
    return this.callMethodSync('get') as T;
  }

  async set(value: T): Promise<void> {
    await this.callMethod('set', [value], undefined, { waits: false });
  }

  setSync(value: T): void {
    this.callMethodSync('set', [value]);
  }

  /** As `getSync` and `setSync`: blocks. To read and set are two calls; others may come in between. */
  get value(): T {
    return this.getSync();
  }

  set value(value: T) {
    this.setSync(value);
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.ValueProxy');
  }
}

export interface ArrayMethods<T> {
  /** The number at the index; a negative one counts from the end. Raises IndexError. */
  get(index: number): T;
  /** Raises IndexError, and TypeError for what is no number of its kind. */
  set(index: number, value: T): void;
  length(): number;
  /** A copy of the numbers from `start` on, up to `stop`. */
  slice(start?: number | null, stop?: number | null, step?: number | null): T[];
  copy(): T[];
}

// the methods are defined below, from their names
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface ArrayProxy<T = number> extends Remote<ArrayMethods<T>> {}

/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Array */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class ArrayProxy<T = number> extends BaseProxy implements AsyncIterable<T> {
  static readonly exposed: readonly string[] = ['__len__', '__getitem__', '__setitem__'];

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.copy();
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.ArrayProxy');
  }
}

const part = {
  method: '__getitem__',
  args: (start: number | null = null, stop: number | null = null, step: number | null = null) => [
    sliceOf(start, stop, step),
  ],
};

defineCalls<ArrayMethods<unknown>>(ArrayProxy, {
  get: '__getitem__',
  set: '__setitem__',
  length: '__len__',
  slice: part,
  copy: { ...part, args: () => [sliceOf(null, null)] },
});

importable(import.meta, { ValueProxy, ArrayProxy });
