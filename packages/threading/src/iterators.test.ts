/** With CPython 3.15's ThreadingIteratorTests (test_threading), re-expressed for tasks. */
import { describe, expect, test } from 'vitest';
import { ValueError } from '@p8/errors';
import { concurrentTee, serializeIterator, synchronizedIterator } from './index.ts';

/** An iterator that breaks when it is asked twice at once, as one written by hand does. */
function fragile(n: number): AsyncIterable<number> {
  let [next, busy] = [0, false];
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (busy) throw new Error('asked while busy');
        busy = true;
        await new Promise((resolve) => setImmediate(resolve));
        busy = false;
        return next < n ? { done: false, value: next++ } : { done: true, value: undefined };
      },
    }),
  };
}

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

describe('serializeIterator', () => {
  test('takes one step after another for tasks that ask at once', async () => {
    const serialized = serializeIterator(fragile(20));
    const taken = await Promise.all([collect(serialized), collect(serialized), collect(serialized)]);
    expect(taken.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('makes an async iterator of any iterable', async () => {
    expect(await collect(serializeIterator([1, 2, 3]))).toEqual([1, 2, 3]);
  });

  test('goes on after an error of a step', async () => {
    let first = true;
    const source = {
      [Symbol.iterator]: () => ({
        next() {
          if (!first) return { done: true as const, value: undefined };
          first = false;
          throw new RangeError('once');
        },
      }),
    };
    const serialized = serializeIterator(source);
    await expect(serialized.next()).rejects.toThrow('once');
    expect(await serialized.next()).toEqual({ done: true, value: undefined });
  });

  test('closes its source', async () => {
    let closed = false;
    const source = (function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    })();
    for await (const _ of serializeIterator(source)) break;
    expect(closed).toBe(true);
  });
});

test('synchronizedIterator makes serialized iterators of what a function makes', async () => {
  const count = synchronizedIterator(fragile);
  const iterator = count(6);
  const taken = await Promise.all([collect(iterator), collect(iterator)]);
  expect(taken.flat().length).toBe(6);
});

describe('concurrentTee', () => {
  test('gives each all items, at its own pace', async () => {
    const [one, two, three] = concurrentTee(fragile(5), 3);
    expect(await one!.next()).toEqual({ done: false, value: 0 });
    expect(await Promise.all([collect(one!), collect(two!), collect(three!)])).toEqual([
      [1, 2, 3, 4],
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
  });

  test('of which one is given up leaves the others whole', async () => {
    const [one, two] = concurrentTee([1, 2, 3]);
    for await (const _ of one!) break;
    expect(await one!.next()).toEqual({ done: true, value: undefined });
    expect(await collect(two!)).toEqual([1, 2, 3]);
  });

  test('gives the error of the source to each', async () => {
    const source = (function* () {
      yield 1;
      throw new RangeError('broken');
    })();
    const [one, two] = concurrentTee(source);
    await expect(collect(one!)).rejects.toThrow('broken');
    await expect(collect(two!)).rejects.toThrow('broken');
  });

  test('needs a whole number from 0 up', () => {
    expect(concurrentTee([], 0)).toEqual([]);
    expect(() => concurrentTee([], -1)).toThrow(ValueError);
  });
});
