/** Workers that are used again, and how a thread that leaves something behind is noticed. */
import { afterEach, describe, expect, test } from 'vitest';
import { Event, Thread, ThreadLocal } from './index.ts';
import * as targets from '../test/targets.ts';

const shared = (length = 1): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

async function run(thread: Thread): Promise<void> {
  thread.start();
  await thread.join();
}

/** How many threads the worker has run that the next thread gets. */
async function visits(reuse = true): Promise<number> {
  const seen = shared();
  await run(new Thread({ target: targets.visit, args: [seen], reuse }));
  return seen[0]!;
}

afterEach(() => targets.session.queries === 0 || expect.unreachable());

describe('a worker', () => {
  test('is used again, without and with blocking', async () => {
    const before = await visits();
    expect(await visits()).toBe(before + 1);
    const seen = shared();
    const thread = new Thread({ target: targets.visit, args: [seen] });
    thread.start();
    thread.joinSync();
    expect(seen[0]).toBe(before + 2);
    expect(await visits()).toBe(before + 3);
  });

  test('is fresh for a thread that wants it so, and not used afterwards', async () => {
    await visits();
    expect(await visits(false)).toBe(1);
    expect(await visits(false)).toBe(1);
  });

  test('that runs as limited is not used again', async () => {
    const seen = shared();
    await run(new Thread({ target: targets.visit, args: [seen], resourceLimits: { maxOldGenerationSizeMb: 50 } }));
    expect(seen[0]).toBe(1);
    expect(await visits()).not.toBe(2);
  });

  test('is used again after an error', async () => {
    const before = await visits();
    const thread = new Thread({ target: targets.exit, args: [0], reuse: false });
    thread.start();
    await expect(thread.join()).rejects.toThrow('process.exit(0)');
    expect(await visits()).toBe(before + 1);
  });

  test.each(Object.keys(targets.leftovers))('is thrown away when a %s is left behind', async (what) => {
    const before = await visits();
    expect(await visits()).toBe(before + 1);
    await run(new Thread({ target: targets.leave, args: [what] }));
    expect(await visits()).not.toBe(before + 2);
  });

  test('runs as many threads at once as are started', async () => {
    const arrived = shared();
    const threads = Array.from({ length: 6 }, () => new Thread({ target: targets.meet, args: [arrived, 6] }));
    for (const thread of threads) thread.start();
    for (const thread of threads) await thread.join();
    expect(arrived[0]).toBe(6);
  });

  test('with a child that outlives the thread stays until that has ended', async () => {
    const event = new Event();
    const counter = shared();
    await run(new Thread({ target: targets.leaveChild, args: [event, counter] }));
    await visits();
    event.set();
    while (Atomics.load(counter, 0) === 0) await Atomics.waitAsync(counter, 0, 0, 100).value;
  });
});

describe('ThreadLocal', () => {
  // test_threading_local: test_local_refs, test_derived, test_threading_local
  test('is as new for each thread, also in a worker that is used again', async () => {
    for (let i = 0; i < 3; i++) {
      const seen = shared(2);
      await run(new Thread({ target: targets.query, args: [seen] }));
      expect(seen[0]).toBe(1);
    }
    expect(targets.session.queries).toBe(0);
  });

  test('given as an argument is that thread’s own', async () => {
    const given = new ThreadLocal(targets.initialSession);
    given.queries = 100;
    for (let i = 0; i < 2; i++) {
      const seen = shared(2);
      await run(new Thread({ target: targets.query, args: [seen, given] }));
      expect([...seen]).toEqual([1, 11]);
    }
    expect(given.queries).toBe(100);
  });

  test('without a function for its first attributes has none', () => {
    const local = new ThreadLocal();
    expect(Object.entries(local)).toEqual([]);
    local['x'] = 1;
    expect(Object.entries(local)).toEqual([['x', 1]]);
  });
});
