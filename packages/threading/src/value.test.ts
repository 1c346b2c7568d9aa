import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dump, loadSync } from '@p8/pickle';
import {
  copy,
  Lock,
  RawArray,
  RawValue,
  SharedArray,
  SharedBytes,
  SharedString,
  synchronized,
  Thread,
  Value,
} from '@p8/threading';
import { addMany, fillText } from '../test/share-values.ts';

/** What each type holds, and the typed array that shows what becomes of it. */
const small: Record<string, new (items: number[]) => ArrayLike<number>> = {
  b: Int8Array,
  B: Uint8Array,
  c: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
};
const large: Record<string, (value: bigint) => bigint> = {
  l: (value) => BigInt.asIntN(64, value),
  q: (value) => BigInt.asIntN(64, value),
  L: (value) => BigInt.asUintN(64, value),
  Q: (value) => BigInt.asUintN(64, value),
};

describe('a value', () => {
  test.each(Object.entries(small))('of type %s does with whole numbers what C does', (code, View) => {
    const cut = (value: number): number => new View([value])[0]!;
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (first, second) => {
        const value = new RawValue(code as 'i', first);
        expect(value.value).toBe(cut(first));
        expect(value.add(second)).toBe(cut(first));
        expect(value.exchange(first)).toBe(cut(first + second));
        expect(value.xor(second)).toBe(cut(first));
        expect(value.and(first)).toBe(cut(first ^ second));
        expect(value.or(second)).toBe(cut((first ^ second) & first));
        expect(value.value).toBe(cut(((first ^ second) & first) | second));
      }),
    );
  });

  test.each(Object.entries(large))('of type %s does with bigints what C does', (code, cut) => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), fc.bigInt(-(2n ** 64n), 2n ** 64n), (first, second) => {
        const value = new RawValue(code as 'q', first);
        expect(value.add(second)).toBe(cut(first));
        expect(value.value).toBe(cut(first + second));
      }),
    );
  });

  test.each([
    ['d', (value: number) => value],
    ['f', Math.fround],
  ] as const)('of type %s adds and keeps floats', (code, round) => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (first, second) => {
        const value = new RawValue(code, first);
        expect(value.add(second)).toBe(round(first));
        expect(value.value).toBe(round(round(first) + second));
        expect(value.compareExchange(value.value, 5)).toBe(round(round(first) + second));
        expect(value.value).toBe(5);
      }),
    );
  });

  test('of type ? is true or false', () => {
    const value = new Value('?');
    expect(value.value).toBe(false);
    expect(value.exchange(true)).toBe(false);
    expect(value.compareExchange(true, false)).toBe(true);
    expect(value.value).toBe(false);
  });

  test('refuses what is of another type, and is as before', () => {
    expect(() => new Value('x' as 'i')).toThrow(/type must be one of .*SharedString/);
    expect(() => new Value('i', 1.5)).toThrow('a value of type i must be a whole number, not 1.5');
    expect(() => new Value('q', 1 as unknown as bigint)).toThrow('must be a bigint');
    expect(() => new Value('i', 0, { lock: false as unknown as true })).toThrow(/RawValue/);
    const value = new Value('i', 7);
    expect(() => (value.value = '8' as unknown as number)).toThrow(TypeError);
    expect(() => new RawValue('d', 1).and(1 as never)).toThrow('a value of type d has no bits to combine');
    expect(() => new RawValue('?', true).add(1 as never)).toThrow(TypeError);
    expect(value.value).toBe(7);
  });

  test('has a lock, which is the one it was given', async () => {
    const lock = new Lock();
    const value = new Value('i', 1, { lock });
    expect(value.getLock()).toBe(lock);
    value.withSync(() => expect(lock.locked()).toBe(true));
    expect(await value.with(() => lock.locked())).toBe(true);
    expect(lock.locked()).toBe(false);
    value.getObj().value = 5;
    expect(value.value).toBe(5);
  });
});

describe('an array', () => {
  test('is made of items or of a length, and counts from both ends', () => {
    const array = new SharedArray('d', [1, 2, 3.5]);
    expect([...array]).toEqual([1, 2, 3.5]);
    expect([array.length, array.get(-1), array.view[1]]).toEqual([3, 3.5, 2]);
    array.set(-3, 9);
    expect(array.get(0)).toBe(9);
    expect([...new RawArray('i', 3)]).toEqual([0, 0, 0]);
    expect(Buffer.from(new RawArray('c', 'grün').view).toString()).toBe('grün');
    expect([...new RawArray('?', [true, false])]).toEqual([true, false]);
  });

  test('changes single items as one', () => {
    const array = new RawArray('h', [1, 2, 3]);
    expect([array.add(1, 5), array.exchange(0, 4), array.compareExchange(2, 3, 6)]).toEqual([2, 1, 3]);
    expect([array.or(0, 3), array.and(0, 6), array.xor(-1, 1)]).toEqual([4, 7, 6]);
    expect([...array]).toEqual([6, 7, 7]);
  });

  test('refuses places that are not there, and what it cannot be made of', () => {
    const array = new RawArray('i', 2);
    for (const index of [2, -3, 0.5, Number.NaN])
      expect(() => array.get(index)).toThrow(/index must be a whole number/);
    expect(() => new RawArray('i', -1)).toThrow(/init must be/);
    expect(() => new RawArray('i', [1, 'x' as unknown as number])).toThrow(TypeError);
  });

  test('is copied, and given a lock', () => {
    const raw = new RawArray('i', [1, 2]);
    const locked = synchronized(raw, new Lock());
    const other = copy(raw);
    locked.withSync(() => locked.set(0, 5));
    expect([[...raw], [...other]]).toEqual([
      [5, 2],
      [1, 2],
    ]);
    const value = synchronized(new RawValue('i', 3));
    expect(copy(value).value).toBe(3);
  });
});

describe('bytes and texts', () => {
  test('are what was set last, of any length up to their capacity', () => {
    const text = new SharedString('', 1200);
    const bytes = new SharedBytes(400);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.uint8Array({ maxLength: 400 }), (word, data) => {
        if (Buffer.byteLength(word) > text.capacity) return;
        text.value = word;
        bytes.set(data);
        expect(text.value).toBe(word);
        expect(bytes.get()).toEqual(Buffer.from(data));
        expect(bytes.length).toBe(data.length);
      }),
    );
  });

  test('are exchanged as one, also if they are as expected only', () => {
    const text = new SharedString('red', 10);
    expect(text.compareExchange('green', 'blue')).toBe('red');
    expect(text.compareExchange('red', 'green')).toBe('red');
    expect(text.exchange('')).toBe('green');
    expect(text.value).toBe('');
  });

  test('refuse what has no room, or is none, and are as before', () => {
    const text = new SharedString('four');
    expect(() => (text.value = 'five5')).toThrow(/5 bytes: there is room for 4/);
    expect(() => (text.value = '\ud800')).toThrow(/toWellFormed/);
    expect(() => (text.value = 5 as unknown as string)).toThrow(TypeError);
    expect(() => new SharedBytes(-1)).toThrow(/capacity/);
    expect(text.value).toBe('four');
  });
});

test.each([
  new RawValue('q', 5n),
  new Value('d', 2.5),
  new RawArray('B', [1, 2]),
  new SharedArray('i', [3, 4]),
  new SharedString('text', 8),
  new SharedBytes(Buffer.from('bytes')),
])('%o is the same one after it crossed', (shared) => {
  const crossed = loadSync(structuredClone(dump(shared).data)) as typeof shared;
  expect(Object.getPrototypeOf(crossed)).toBe(Object.getPrototypeOf(shared));
  if (shared instanceof RawValue) (shared as RawValue).exchange(shared.value);
  if (shared instanceof SharedString) shared.value = 'other';
  if (shared instanceof SharedBytes) shared.set(Buffer.from('more'));
  if (shared instanceof RawArray) shared.set(0, shared.get(1));
  expect(look(crossed)).toEqual(look(shared));
});

function look(shared: object): unknown {
  if (shared instanceof RawArray) return [...shared];
  return shared instanceof SharedBytes ? shared.get() : (shared as { readonly value: unknown }).value;
}

test('threads lose no addition, to integers, bigints and floats', async () => {
  const values = [new Value('i', 0), new Value('q', 0n), new Value('d', 0)] as const;
  const threads = Array.from({ length: 4 }, () => new Thread({ target: addMany, args: [...values, 3000] }));
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
  expect(values.map(({ value }) => value)).toEqual([12_000, 12_000n, 6000]);
});

test('a text is never half of one and half of another', async () => {
  const text = new SharedString('a'.repeat(100), 1000);
  const stop = new Value('?', false);
  const threads = ['b', 'c'].map((letter) => new Thread({ target: fillText, args: [text, letter, stop] }));
  for (const thread of threads) thread.start();
  const seen = new Set<string>();
  while (!seen.has('b') || !seen.has('c')) {
    const { value } = text;
    expect(new Set(value).size).toBe(1);
    expect([100, 1000]).toContain(value.length);
    seen.add(value[0]!);
    if (seen.size === 1) await new Promise(setImmediate);
  }
  stop.value = true;
  for (const thread of threads) await thread.join();
});

test('a thread that is ended while it sets a text leaves a whole one', async () => {
  const text = new SharedString('a'.repeat(100), 1000);
  for (let turn = 0; turn < 5; turn++) {
    const worker = new Worker(new URL('../test/set-text.ts', import.meta.url), { workerData: dump(text).data });
    await once(worker, 'message');
    await worker.terminate();
    const { value } = text;
    expect(new Set(value).size).toBe(1);
    text.value = 'a'.repeat(100);
    expect(text.value).toBe('a'.repeat(100));
  }
});
