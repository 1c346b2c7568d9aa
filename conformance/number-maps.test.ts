/** Maps of many numbers, which lie in memory that a pool shares with its threads or processes: whatever becomes of them, it is as if they did not. */
import { ValueError } from '@p8/errors';
import { Pool, ProcessPoolExecutor } from '@p8/multiprocessing';
import { ThreadPool, ThreadPoolExecutor, WorkerLostError } from '@p8/threading';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tasks from './number-tasks.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const halves = (n: number): number[] => range(n).map((x) => x / 2);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

describe.each([
  { kind: 'threads', make: () => new ThreadPool(2), makeExecutor: () => new ThreadPoolExecutor(2) },
  { kind: 'processes', make: () => new Pool(2), makeExecutor: () => new ProcessPoolExecutor(2) },
])('many numbers in a pool of $kind', ({ make, makeExecutor }) => {
  /** One for all tests: what one of them left behind would be met by the next. */
  let pool: ThreadPool | Pool;
  beforeAll(() => {
    pool = make();
  });
  afterAll(async () => await pool[Symbol.asyncDispose]());

  test('of any kind come back in their order, in all forms', async () => {
    const strange = [...range(30), -0, NaN, Infinity, -Infinity, 2 ** 53, -1e-300, 0.1];
    const expected = strange.map((x) => x / 2);
    expect(await pool.map(tasks.halve, strange, { chunksize: 37 })).toEqual(expected);
    expect(pool.mapSync(tasks.halve, strange.values(), { chunksize: 20 })).toEqual(expected);
    expect(await collect(pool.imap(tasks.halve, strange, { chunksize: 20 }))).toEqual(expected);
    expect(
      (await collect(pool.imapUnordered(tasks.halve, range(100), { chunksize: 20 }))).toSorted((a, b) => a - b),
    ).toEqual(halves(100));
    await using executor = makeExecutor();
    expect(await collect(executor.map(tasks.halve, strange, { chunksize: 20 }))).toEqual(expected);
  });

  test('have memory for ever more, and share it', async () => {
    for (const n of [200, 40_000, 300, 200_000, 40_000])
      expect(await pool.map(tasks.halve, range(n))).toEqual(halves(n));
    const maps = range(40).map((n) => pool.map(tasks.halve, range(1000 + n), { chunksize: 100 + n }));
    expect(await Promise.all(maps)).toEqual(range(40).map((n) => halves(1000 + n)));
  });

  test('travel where they are arguments or results of something else', async () => {
    expect(await pool.apply(tasks.addAll, range(1000))).toBe(499_500);
    const texts = range(1000).map(String);
    expect(await pool.map(tasks.halveText, texts, { chunksize: 1000 })).toEqual(halves(1000));
    expect(await pool.apply(tasks.halvesUpTo, [1000])).toEqual(halves(1000));
  });

  test('are those that there were when map was called', async () => {
    const items = range(1000);
    const result = pool.mapAsync(tasks.halve, items);
    items.fill(-1);
    expect(await result).toEqual(halves(1000));
  });

  test('among which is something else are a chunk like any other', async () => {
    const items = [...range(20), '40', ...range(20)] as number[];
    expect(await pool.map(tasks.halve, items, { chunksize: 41 })).toEqual([...halves(20), 20, ...halves(20)]);
    expect(
      await pool.starmap(
        tasks.add,
        range(50).map((n) => [n, 1] as const),
        { chunksize: 50 },
      ),
    ).toEqual(range(50).map((n) => n + 1));
  });

  test('may become something else, at any place', async () => {
    const named = halves(1000).with(700, 'seven hundred' as never);
    expect(await pool.map(tasks.halveOrName, range(1000), { chunksize: 1000 })).toEqual(named);
    expect(await pool.map(tasks.halveOrName, range(1000).slice(700), { chunksize: 300 })).toEqual(named.slice(700));
    expect(await pool.map(tasks.halveOrWait, range(1000), { chunksize: 1000 })).toEqual(halves(1000));
    expect(await pool.map(tasks.halveLater, range(1000), { chunksize: 1000 })).toEqual(halves(1000));
  });

  test('of which one raises fail with that, and nothing of them is left for the next', async () => {
    for (let i = 0; i < 5; i++) {
      await expect(pool.map(tasks.halveOrFail, range(2000), { chunksize: 16 })).rejects.toEqual(
        new ValueError('seven hundred'),
      );
      await expect(pool.map(tasks.add.bind(null, 1), range(100))).rejects.toThrow();
      expect(await pool.map(tasks.halve, range(2000))).toEqual(halves(2000));
    }
    const chunks = pool.imap(tasks.halveOrFail, range(1000), { chunksize: 100 });
    const seen: number[] = [];
    for (let failures = 0; ;) {
      try {
        const { done, value } = await chunks.next();
        if (done) break;
        seen.push(value);
      } catch {
        expect(++failures).toBe(1);
      }
    }
    expect(seen).toEqual([...halves(700), ...halves(1000).slice(800)]);
  });

  test('that are given up leave the pool as it was', async () => {
    const controller = new AbortController();
    const progress = (): void => controller.abort();
    const map = pool.map(tasks.halve, range(100_000), { chunksize: 16, signal: controller.signal, progress });
    await expect(map).rejects.toMatchObject({ name: 'AbortError' });
    expect(await pool.map(tasks.halve, range(100_000), { chunksize: 16 })).toEqual(halves(100_000));
  });

  test('are lost with who had them, the others are not', async () => {
    const others = pool.mapAsync(tasks.halve, range(5000), { chunksize: 50 });
    const lost = pool.map(tasks.halveOrExit, range(1000), { chunksize: 1000 });
    await expect(lost).rejects.toBeInstanceOf(WorkerLostError);
    expect(await others).toEqual(halves(5000));
    expect(await pool.map(tasks.halve, range(5000))).toEqual(halves(5000));
  });
});
