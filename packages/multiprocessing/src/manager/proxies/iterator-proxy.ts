/** An iterator that lives in the server. https://docs.python.org/3/library/stdtypes.html#iterator-types */
import { StopIteration } from '@p8/errors';
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';

/** What `for await` goes through; blocking, `nextSync()`. */
export class IteratorProxy<T = unknown> extends BaseProxy implements AsyncIterableIterator<T, void> {
  static readonly exposed: readonly string[] = ['__next__', 'send', 'throw', 'close'];

  /** The next one; waits for it. */
  async next(): Promise<IteratorResult<T, void>> {
    try {
      return { done: false, value: (await this.callMethod('__next__')) as T };
    } catch (error) {
      return ended(error);
    }
  }

  nextSync(): IteratorResult<T, void> {
    try {
      return { done: false, value: this.callMethodSync('__next__') as T };
    } catch (error) {
      return ended(error);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.IteratorProxy');
  }
}

function ended(error: unknown): IteratorResult<never, void> {
  if (error instanceof StopIteration) return { done: true, value: undefined };
  throw error;
}

importable(import.meta, { IteratorProxy });
