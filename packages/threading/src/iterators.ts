/**
 * Iterators that several tasks may use together: Python 3.15's `serialize_iterator`, `synchronized_iterator`, `concurrent_tee`. They belong
 * to one thread, as every object; between threads, put the items into a Queue.
 *
 * https://docs.python.org/3.15/library/threading.html#iterator-synchronization
 */
import { ValueError } from '@p8/errors';

type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** An iterator whose steps are taken one after another, also when several tasks ask at once. */
export function serializeIterator<T>(iterable: AnyIterable<T>): AsyncIterableIterator<T, undefined, undefined> {
  const source = iteratorOf(iterable);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(step: () => R): Promise<Awaited<R>> => {
    const result = last.then(step, step);
    last = result;
    return result as Promise<Awaited<R>>;
  };
  return {
    next: () => inTurn(() => source.next()),
    return: () => inTurn(async () => (await source.return?.()) ?? { done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A function that makes iterators, made to give serialized ones. */
export function synchronizedIterator<Args extends readonly unknown[], T>(
  make: (...args: Args) => AnyIterable<T>,
): (...args: Args) => AsyncIterableIterator<T, undefined, undefined> {
  return (...args) => serializeIterator(make(...args));
}

/**
 * So many iterators over the same items: what one has taken is kept until the others have it. Each may be used by several tasks. The source
 * is asked when the first of them needs an item; its error goes to everyone who reaches that place.
 */
export function concurrentTee<T>(iterable: AnyIterable<T>, n = 2): AsyncIterableIterator<T, undefined, undefined>[] {
  if (!Number.isInteger(n) || n < 0) throw new ValueError(`n must be a whole number from 0 up, not ${n}`);
  const source = serializeIterator(iterable);
  // each step holds the next one, so that steps which everybody has taken are collected
  const first = new Step(source);
  return Array.from({ length: n }, () => branch(first));
}

class Step<T> {
  readonly #source: AsyncIterator<T, undefined, undefined>;
  #item: Promise<IteratorResult<T, undefined>> | undefined;
  #next: Step<T> | undefined;

  constructor(source: AsyncIterator<T, undefined, undefined>) {
    this.#source = source;
  }

  get item(): Promise<IteratorResult<T, undefined>> {
    return (this.#item ??= this.#source.next());
  }

  get next(): Step<T> {
    return (this.#next ??= new Step(this.#source));
  }
}

function branch<T>(first: Step<T>): AsyncIterableIterator<T, undefined, undefined> {
  let step: Step<T> | undefined = first;
  return {
    next() {
      if (step === undefined) return Promise.resolve({ done: true, value: undefined });
      const { item } = step;
      step = step.next;
      return item;
    },
    return() {
      step = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function iteratorOf<T>(iterable: AnyIterable<T>): Iterator<T, undefined> | AsyncIterator<T, undefined> {
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}
