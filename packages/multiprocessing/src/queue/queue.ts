/** Python's `multiprocessing.Queue`: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue */
import { AssertionError, ValueError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import * as threading from '@p8/threading';
import { MappedSpace } from './mapped-space.ts';

/**
 * A queue that processes share, as an argument, an item or a message takes it to them; otherwise as the Queue of @p8/threading, with
 * `taskDone`, `join` and `shutdown`. Items go through shared memory as soon as they are put: no thread feeds them, none is lost with
 * the process that put it, and what cannot be sent is refused by `put`. Sockets, connections, locks and queues may be in items.
 *
 * A process that is killed while it puts or gets takes at most that one item along; the queue goes on.
 */
export class Queue<T = unknown> extends threading.Queue<T> implements Disposable {
  static {
    reducible<Queue>(Queue, (queue) => [Queue, [0, queue.share()]]);
  }

  readonly #space: MappedSpace;
  #closed = false;

  /**
   * Raises ValueError if maxsize is not a whole number, MemoryError and OSError (EMFILE) where there is no room for it.
   *
   * @param space that of the queue which it shall be, as another process sends it
   */
  constructor(maxsize = 0, space: MappedSpace = new MappedSpace()) {
    super(maxsize, space);
    this.#space = space;
  }

  /** Lets go of it in this process: every call raises ValueError from now on, those that wait too. Others go on. Twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.end(() => new ValueError('Queue is closed'));
    this.#space.close();
  }

  /** Items are in the queue when `put` comes back: there is nothing to wait for. Raises AssertionError before `close`. */
  joinThread(): void {
    if (!this.#closed) throw new AssertionError('Queue is not closed');
  }

  /** Does nothing: no end of a process waits for its items, and none is lost. */
  cancelJoinThread(): void {}

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A {@link Queue} by the name that Python has for one with `taskDone` and `join`. */
export class JoinableQueue<T = unknown> extends Queue<T> {
  static {
    reducible<JoinableQueue>(JoinableQueue, (queue) => [JoinableQueue, [0, queue.share()]]);
  }
}

importable(import.meta, { Queue, JoinableQueue });
