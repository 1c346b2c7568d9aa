/** https://docs.python.org/3/library/queue.html#queue-objects, in the server of a manager. */
import { ValueError } from '@p8/errors';
import { Empty, Full, ShutDown } from '@p8/threading';
import type { Signatures } from '../apply.ts';
import { currentCaller } from '../caller.ts';
import { limitOf, WaitingLine } from './waiting-line.ts';

/** Who waits for an item is served by who puts it, so nobody comes in between. What a client was served that goes is lost with it. */
export class ManagedQueue {
  static readonly signatures: Signatures = {
    new: ['maxsize'],
    put: ['item', 'block', 'timeout'],
    get: ['block', 'timeout'],
    shutdown: ['immediate'],
  };

  readonly #maxsize: number;
  #items: unknown[] = [];
  #first = 0;
  #unfinished = 0;
  #isShutDown = false;
  readonly #getters = new WaitingLine<{ readonly item: unknown }>();
  readonly #putters = new WaitingLine<true>();
  readonly #joiners = new WaitingLine<true>();

  constructor(maxsize = 0) {
    this.#maxsize = maxsize;
  }

  async put(item: unknown, block: unknown = true, timeout: unknown = null): Promise<void> {
    const caller = currentCaller();
    const limit = waitLimit(block, timeout);
    const until = limit === null ? Infinity : performance.now() + limit * 1000;
    for (;;) {
      this.#checkOpen();
      if (!this.full()) break;
      const left = until === Infinity ? null : (until - performance.now()) / 1000;
      if (left !== null && left <= 0) throw new Full();
      await this.#putters.wait(caller, left);
      if (caller.gone) return;
    }
    this.#unfinished += 1;
    if (!this.#getters.serveFirst({ item })) this.#items.push(item);
  }

  get(block: unknown = true, timeout: unknown = null): unknown {
    const limit = waitLimit(block, timeout);
    if (this.qsize() > 0) return this.#take();
    this.#checkOpen();
    if (limit === 0) throw new Empty();
    return this.#getters.wait(currentCaller(), limit).then((served) => {
      if (served === undefined) throw new Empty();
      return served.item;
    });
  }

  put_nowait(item: unknown): Promise<void> {
    return this.put(item, false);
  }

  get_nowait(): unknown {
    return this.get(false);
  }

  qsize(): number {
    return this.#items.length - this.#first;
  }

  empty(): boolean {
    return this.qsize() === 0;
  }

  full(): boolean {
    return this.#maxsize > 0 && this.qsize() >= this.#maxsize;
  }

  task_done(): void {
    if (this.#unfinished === 0) throw new ValueError('task_done() called too many times');
    this.#finish(1);
  }

  join(): null | Promise<null> {
    if (this.#unfinished === 0) return null;
    return this.#joiners.wait(currentCaller(), null).then(() => null);
  }

  shutdown(immediate: unknown = false): void {
    this.#isShutDown = true;
    if (immediate === true) {
      const dropped = this.qsize();
      this.#items = [];
      this.#first = 0;
      this.#finish(Math.min(dropped, this.#unfinished));
    }
    while (this.#getters.failFirst(new ShutDown()));
    this.#putters.serveAll(true);
  }

  #take(): unknown {
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first += 1;
    // what was taken is cut off now and then, not each time
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    this.#putters.serveFirst(true);
    return item;
  }

  #finish(tasks: number): void {
    this.#unfinished -= tasks;
    if (this.#unfinished === 0) this.#joiners.serveAll(true);
  }

  #checkOpen(): void {
    if (this.#isShutDown) throw new ShutDown();
  }
}

function waitLimit(block: unknown, timeout: unknown): number | null {
  if (block === false || block === 0) return 0;
  if (typeof timeout === 'number' && timeout < 0) throw new ValueError("'timeout' must be a non-negative number");
  return limitOf(timeout);
}
