/** An iterator in the server of a manager, under the names that Python calls. */
import { StopIteration } from '@p8/errors';

type Source = Iterator<unknown, unknown, unknown> | AsyncIterator<unknown, unknown, unknown>;

export class ManagedIterator {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  __next__(): unknown {
    return this.#step(this.#source.next());
  }

  send(value: unknown): unknown {
    return this.#step(this.#source.next(value));
  }

  throw(error: unknown): unknown {
    if (this.#source.throw === undefined) throw error;
    return this.#step(this.#source.throw(error));
  }

  close(): void {
    void this.#source.return?.(undefined);
  }

  #step(result: IteratorResult<unknown> | Promise<IteratorResult<unknown>>): unknown {
    return result instanceof Promise ? result.then(valueOf) : valueOf(result);
  }
}

function valueOf({ done, value }: IteratorResult<unknown>): unknown {
  if (done === true) throw new StopIteration();
  return value;
}
