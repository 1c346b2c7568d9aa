/** Python's `multiprocessing.SimpleQueue`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.SimpleQueue */
import { OSError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { MappedSpace } from './mapped-space.ts';

/** A {@link Queue} without a limit, without tasks and without an end: putting never waits. */
export class SimpleQueue<T = unknown> extends threading.SimpleQueue<T> implements Disposable {
  static {
    reducible<SimpleQueue>(SimpleQueue, (queue) => [SimpleQueue, [queue.share()]]);
  }

  readonly #space: MappedSpace;
  #closed = false;

  /** @param space that of the queue which it shall be, as another process sends it */
  constructor(space: MappedSpace = new MappedSpace()) {
    super(space);
    this.#space = space;
  }

  /** Whether there is no item, at this moment. Raises OSError once it is closed. */
  override empty(): boolean {
    if (this.#closed) throw closedError();
    return super.empty();
  }

  /** Lets go of it in this process: every call raises OSError from now on, those that wait too. Others go on. Twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.end(closedError);
    this.#space.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function closedError(): OSError {
  return new OSError('handle is closed', { code: 'EBADF' });
}

importable(import.meta, { SimpleQueue });
