/** With CPython's test.test_multiprocessing (_TestPool, as ThreadPool runs it), re-expressed: its names stand in comments. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { catchWarnings, ResourceWarning, RuntimeError, TimeoutError, ValueError } from '@p8/errors';
import {
  activeCount,
  BrokenThreadPool,
  CancelledError,
  enumerateThreads,
  Event,
  Lock,
  MaybeEncodingError,
  OwnerDiedError,
  ThreadPool,
  WorkerLostError,
} from './index.ts';
import * as targets from '../test/targets.ts';

const shared = (length = 1): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

afterEach(() => expect(activeCount()).toBe(1));

describe('apply', () => {
  // test_apply
  test('calls the function in a thread, in both forms', async () => {
    await using pool = new ThreadPool(2);
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
    expect(pool.applySync(targets.add, [3, 4])).toBe(7);
    expect(await pool.apply(targets.later, ['x'])).toBe('x');
    expect(pool.applySync(targets.later, ['y'])).toBe('y');
    expect(await pool.apply(targets.nothing)).toBe(undefined);
  });

  test.each([
    ['numbers', [0, -0, 1.5, -(2 ** 31), 2 ** 31, Number.NaN, Infinity]],
    ['texts', ['', 'é', '漢字', '\ud800', 'x'.repeat(1000)]],
    ['plain data', [null, undefined, true, false, [1, [2, [3, [4, [5]]]]], { a: { b: [undefined] } }]],
    [
      'what only a clone can carry',
      [new Map([[1, { a: new Date(0) }]]), new Set([1]), 10n, /x/g, new Uint8Array([1, 2])],
    ],
    ['sparse and large', [Array.from({ length: 40 }, () => 'a'), Object.fromEntries(Object.entries(range(30)))]],
  ])('carries %s there and back', async (_, values) => {
    await using pool = new ThreadPool(1);
    for (const value of values as unknown[]) {
      expect(await pool.apply(targets.echo, [value])).toEqual(value);
      expect(pool.applySync(targets.echo, [value])).toEqual(value);
    }
    expect(await pool.apply(targets.echo, [values as unknown])).toEqual(values);
  });

  test('carries locks and other shared things', async () => {
    await using pool = new ThreadPool(2);
    const counter = shared();
    const lock = new Lock();
    await Promise.all(range(4).map(() => pool.apply(targets.increment, [counter, lock, 500])));
    expect(counter[0]).toBe(2000);
  });

  // test_exception...: the error of the call, whole
  test('raises the error of the call, and the thread goes on', async () => {
    await using pool = new ThreadPool(1);
    await expect(pool.apply(targets.failWithField, [80])).rejects.toMatchObject({ name: 'BadPort', port: 80 });
    await expect(pool.apply(targets.failWithField, [81])).rejects.toBeInstanceOf(targets.BadPort);
    await expect(pool.apply(targets.failLater, ['late'])).rejects.toEqual(new ValueError('late'));
    expect(() => pool.applySync(targets.fail, ['now'])).toThrow(new ValueError('now'));
    expect(await pool.apply(targets.add, [1, 1])).toBe(2);
  });

  test('raises what cannot be sent, both ways', async () => {
    await using pool = new ThreadPool(1);
    await expect(pool.apply(targets.echo, [Symbol('x')])).rejects.toThrow(
      /^args\[0\]: the symbol Symbol\(x\) cannot be/,
    );
    await expect(pool.apply(targets.echo, [[new WeakMap()]])).rejects.toThrow(/^args\[0\]\[0\]: the WeakMap cannot be/);
    // test_wrapped_exception, test_unpickleable_result
    await expect(pool.apply(targets.giveUnclonable)).rejects.toBeInstanceOf(MaybeEncodingError);
    await expect(pool.apply(targets.giveUnclonable)).rejects.toThrow(/^Error sending result: result\.callback: /);
    await expect(pool.apply(targets.throwUnclonable, ['symbol'])).rejects.toThrow(/^Error sending exception: /);
    expect(await pool.apply(targets.add, [1, 1])).toBe(2);
  });

  test('refuses a function that the thread cannot find', async () => {
    await using pool = new ThreadPool(1);
    await expect(pool.apply(() => 1)).rejects.toThrow(/is not an exported function/);
    await expect(pool.apply(5 as never)).rejects.toThrow('fn must be an exported function, not 5');
    await expect(pool.apply(targets.echo, 'x' as never)).rejects.toThrow(/args must be an array/);
  });

  test('is given up by its signal; what has begun goes on unheard', async () => {
    await using pool = new ThreadPool(1);
    const event = new Event();
    const controller = new AbortController();
    const running = pool.apply(targets.waitFor, [event], { signal: controller.signal });
    const waiting = pool.apply(targets.add, [1, 2], { signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(running).rejects.toEqual(new RangeError('enough'));
    await expect(waiting).rejects.toEqual(new RangeError('enough'));
    await expect(pool.apply(targets.add, [1, 2], { signal: controller.signal })).rejects.toThrow('enough');
    event.set();
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
  });

  test('leaves the event loop its turns, however many calls follow each other', async () => {
    await using pool = new ThreadPool(1);
    const turned = { count: 0 };
    const turn = (): void => {
      turned.count += 1;
      if (turned.count < 5) setImmediate(turn);
    };
    setImmediate(turn);
    for (let i = 0; turned.count < 5; i++) expect(await pool.apply(targets.double, [i])).toBe(2 * i);
  });

  test('works in a thread of a pool too', async () => {
    await using pool = new ThreadPool(1);
    expect(await pool.apply(targets.poolWithin, [[1, 2, 3]])).toEqual([2, 4, 6]);
  });
});

describe('applyAsync', () => {
  // test_async, test_async_timeout
  test('gives a result that can be asked and awaited', async () => {
    await using pool = new ThreadPool(1);
    const event = new Event();
    const result = pool.applyAsync(targets.waitFor, [event]);
    expect(result.ready()).toBe(false);
    expect(() => result.successful()).toThrow(ValueError);
    await expect(result.get(0.01)).rejects.toBeInstanceOf(TimeoutError);
    expect(() => result.getSync(0.01)).toThrow(TimeoutError);
    await result.wait(0.01);
    result.waitSync(0.01);
    event.set();
    await result.wait();
    expect([result.ready(), result.successful(), await result, result.getSync()]).toEqual([
      true,
      true,
      undefined,
      undefined,
    ]);
    const failed = pool.applyAsync(targets.fail, ['x']);
    failed.waitSync();
    expect(failed.successful()).toBe(false);
    await expect(failed.get()).rejects.toThrow('x');
  });

  // test_apply_async_with_callback
  test('calls back with the result or with the error', async () => {
    await using pool = new ThreadPool(1);
    const [callback, errorCallback] = [vi.fn(), vi.fn()];
    await pool.applyAsync(targets.add, [1, 2], { callback, errorCallback });
    await pool.applyAsync(targets.fail, ['x'], { callback, errorCallback }).wait();
    expect(callback.mock.calls).toEqual([[3]]);
    expect(errorCallback.mock.calls).toEqual([[new ValueError('x')]]);
  });
});

test('applyAsync is given up by its signal, and its errorCallback hears of it', async () => {
  await using pool = new ThreadPool(1);
  const event = new Event();
  const controller = new AbortController();
  const errorCallback = vi.fn();
  const options = { signal: controller.signal, errorCallback };
  const results = [0, 1].map(() => pool.applyAsync(targets.waitFor, [event], options));
  controller.abort(new RangeError('enough'));
  for (const result of results) await expect(result.get()).rejects.toThrow('enough');
  expect(errorCallback).toHaveBeenCalledTimes(2);
  event.set();
  const done = pool.applyAsync(targets.add, [1, 2], { signal: new AbortController().signal });
  expect(done.getSync()).toBe(3);
});

describe('map', () => {
  // test_map, test_map_chunksize, test_starmap, test_map_async, test_starmap_async
  test.each([undefined, 1, 3, 1000])('keeps the order, with chunks of %s', async (chunksize) => {
    await using pool = new ThreadPool(3);
    const numbers = range(100);
    const doubled = numbers.map(targets.double);
    expect(await pool.map(targets.double, numbers, { chunksize })).toEqual(doubled);
    expect(await pool.map(targets.later, numbers, { chunksize })).toEqual(numbers);
    expect(pool.mapSync(targets.double, numbers, { chunksize })).toEqual(doubled);
    expect(await pool.mapAsync(targets.double, new Set(numbers), { chunksize })).toEqual(doubled);
    const pairs = numbers.map((n): [number, number] => [n, n]);
    expect(await pool.starmap(targets.add, pairs, { chunksize })).toEqual(doubled);
    expect(pool.starmapSync(targets.add, pairs, { chunksize })).toEqual(doubled);
    expect(pool.starmapAsync(targets.add, pairs, { chunksize }).getSync()).toEqual(doubled);
  });

  test('is exact for more tasks than can be under way at once', async () => {
    await using pool = new ThreadPool(3);
    const numbers = range(20_000);
    expect(await pool.map(targets.double, numbers, { chunksize: 1 })).toEqual(numbers.map(targets.double));
    expect(pool.mapSync(targets.double, numbers, { chunksize: 1 })).toEqual(numbers.map(targets.double));
  });

  // test_map_chunksize with an empty list, test_empty_iterable
  test('of nothing is nothing', async () => {
    await using pool = new ThreadPool(1);
    expect(await pool.map(targets.double, [])).toEqual([]);
    expect(pool.starmapSync(targets.add, [])).toEqual([]);
  });

  // test_map_handle_iterable_exception
  test('raises the first error, and begins nothing more', async () => {
    await using pool = new ThreadPool(1);
    await expect(pool.map(targets.fail, ['a', 'b'], { chunksize: 1 })).rejects.toThrow('a');
    const broken = (function* () {
      yield 1;
      throw new RangeError('iterable');
    })();
    await expect(pool.map(targets.double, broken)).rejects.toThrow('iterable');
    await expect(pool.map(targets.double, [1], { chunksize: 0 })).rejects.toThrow(/chunksize must be a whole number/);
    expect(await pool.map(targets.double, [1])).toEqual([2]);
  });

  test('with an item that cannot be sent says which, and later calls are done', async () => {
    await using pool = new ThreadPool(1);
    for (let i = 0; i < 3; i++) {
      const mapped = pool.map(targets.echo, [0, 1, 2, new WeakMap(), 4, 5], { chunksize: 2 });
      await expect(mapped).rejects.toThrow(/^items\[3\]: the WeakMap cannot be sent/);
      expect(await pool.apply(targets.echo, [i])).toBe(i);
    }
  });

  test('tells its progress', async () => {
    await using pool = new ThreadPool(2);
    const progress: [number, number][] = [];
    await pool.map(targets.double, range(10), { chunksize: 4, progress: (done, all) => progress.push([done, all]) });
    expect(progress.length).toBe(3);
    expect(progress.at(-1)).toEqual([10, 10]);
    const failing = pool.map(targets.double, range(10), {
      progress: () => {
        throw new RangeError('bar');
      },
    });
    await expect(failing).rejects.toThrow('bar');
  });

  test('is given up by its signal', async () => {
    await using pool = new ThreadPool(1);
    const event = new Event();
    const controller = new AbortController();
    const mapped = pool.map(targets.waitFor, [event, event, event], { chunksize: 1, signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(mapped).rejects.toThrow('enough');
    await expect(pool.map(targets.double, [1], { signal: controller.signal })).rejects.toThrow('enough');
    event.set();
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
  });
});

describe.each(['imap', 'imapUnordered'] as const)('%s', (form) => {
  // test_imap, test_imap_unordered, test_imap_handle_iterable_exception
  test('gives all results', async () => {
    await using pool = new ThreadPool(3);
    const taken = await collect(pool[form](targets.double, range(1000), { chunksize: 7 }));
    if (form === 'imapUnordered') taken.sort((a, b) => a - b);
    expect(taken).toEqual(range(1000).map(targets.double));
  });

  test('gives them one by one, with a time limit, in both forms', async () => {
    await using pool = new ThreadPool(1);
    const event = new Event();
    const results = pool[form](targets.waitFor, [event, event]);
    await expect(results.next(0.01)).rejects.toBeInstanceOf(TimeoutError);
    expect(() => results.nextSync(0.01)).toThrow(TimeoutError);
    event.set();
    expect(await results.next()).toEqual({ done: false, value: undefined });
    expect(results.nextSync()).toEqual({ done: false, value: undefined });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('raises an error in its place, and goes on', async () => {
    await using pool = new ThreadPool(1);
    const results = pool[form](targets.fail, ['a', 'b']);
    await expect(results.next()).rejects.toThrow('a');
    await expect(results.next()).rejects.toThrow('b');
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('is given up by its signal, or only the wait by that of next', async () => {
    await using pool = new ThreadPool(1);
    const event = new Event();
    const [all, one] = [new AbortController(), new AbortController()];
    const results = pool[form](targets.waitFor, [event, event], { signal: all.signal });
    const waiting = results.next(null, { signal: one.signal });
    one.abort(new RangeError('not now'));
    await expect(waiting).rejects.toThrow('not now');
    const next = results.next();
    all.abort(new RangeError('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(() => pool[form](targets.double, [1], { signal: all.signal })).toThrow('enough');
    event.set();
  });

  test('asks for items only a little ahead, and for none when it is given up', async () => {
    await using pool = new ThreadPool(1);
    let asked = 0;
    const endless = (function* () {
      for (;;) yield asked++;
    })();
    const results = pool[form](targets.double, endless);
    await results.next();
    expect(asked).toBeLessThan(1000);
    await results.return();
    const before = asked;
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(asked).toBe(before);
  });
});

describe('a pool', () => {
  // test_traceback, test_initializer...
  test('calls its initializer in each thread first', async () => {
    await using pool = new ThreadPool(2, { initializer: targets.setGreeting, initargs: ['hello'] });
    expect(await pool.map(targets.greet, ['a', 'b', 'c'], { chunksize: 1 })).toEqual([
      'hello, a',
      'hello, b',
      'hello, c',
    ]);
  });

  test('whose initializer fails cannot be used', async () => {
    const pool = new ThreadPool(1, { initializer: targets.fail, initargs: ['init'] });
    const error: unknown = await pool.apply(targets.nothing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BrokenThreadPool);
    expect(error).toMatchObject({ cause: { name: 'ValueError', message: 'init' } });
    await expect(pool.apply(targets.nothing)).rejects.toBeInstanceOf(BrokenThreadPool);
    pool.close();
    await pool.join();
  });

  test('shows its threads', async () => {
    await using pool = new ThreadPool(2);
    await pool.apply(targets.nothing);
    expect(enumerateThreads().map(({ name, daemon }) => [name.replace(/\d+/, 'N'), daemon])).toEqual([
      ['MainThread', false],
      ['ThreadPool-N worker 1', true],
      ['ThreadPool-N worker 2', true],
    ]);
  });

  test('runs tasks that need each other at the same time', async () => {
    await using pool = new ThreadPool(4);
    for (let i = 0; i < 20; i++) {
      const arrived = shared();
      await Promise.all(range(4).map(() => pool.apply(targets.meet, [arrived, 4])));
    }
  });

  // test_close... : "Pool not running"
  test('that is closed finishes what it has, and takes no more', async () => {
    const pool = new ThreadPool(2);
    const results = range(50).map((n) => pool.apply(targets.later, [n]));
    await expect(pool.join()).rejects.toThrow(/^Pool is still running/);
    expect(() => pool.joinSync()).toThrow(ValueError);
    pool.close();
    pool.close();
    await expect(pool.apply(targets.nothing)).rejects.toEqual(new ValueError('Pool not running'));
    await pool.join();
    expect(await Promise.all(results)).toEqual(range(50));
    expect(activeCount()).toBe(1);
  });

  test('can be joined by a blocking call', () => {
    const pool = new ThreadPool(2);
    const result = pool.applyAsync(targets.later, [1]);
    pool.close();
    pool.joinSync();
    expect(result.getSync()).toBe(1);
  });

  // test_terminate
  test('that is terminated ends its threads wherever they are', async () => {
    const pool = new ThreadPool(2);
    const event = new Event();
    const results = range(10).map(() => pool.apply(targets.waitFor, [event]));
    pool.terminate();
    for (const result of results) await expect(result).rejects.toBeInstanceOf(CancelledError);
    await pool.join();
    pool.terminate();
  });

  // test_pool_worker_lifetime_early_close, test_context
  test('is terminated by await using', async () => {
    const event = new Event();
    let result: Promise<unknown>;
    {
      await using pool = new ThreadPool(1);
      result = pool.apply(targets.waitFor, [event]).catch((error: unknown) => error);
    }
    expect(await result).toBeInstanceOf(CancelledError);
  });

  // test_invalid_...: Number of processes must be at least 1
  test('that is terminated while a thread asks for what it is to do leaves all others at work', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const pool = new ThreadPool(1);
      await pool.apply(targets.nothing);
      const result = pool.apply(targets.waitFor, [new Event()]);
      // the thread asks meanwhile, and is heard only when the pool is terminated
      Atomics.wait(shared(), 0, 0, 100);
      pool.terminate();
      await expect(result).rejects.toBeInstanceOf(CancelledError);
      await pool.join();
    }
    await using other = new ThreadPool(1);
    expect(await other.apply(targets.add, [1, 2])).toBe(3);
  });

  test.each([0, -1, 1.5, '2'])('needs at least one thread, not %s', (threads) => {
    expect(() => new ThreadPool(threads as number)).toThrow(/Number of threads must be at least 1/);
  });

  test('refuses an initializer that cannot be sent, and arguments of it', () => {
    expect(() => new ThreadPool(1, { initializer: () => 1 })).toThrow(/^initializer: .* is not an exported function/);
    const initargs: [object] = [new WeakMap()];
    expect(() => new ThreadPool(1, { initializer: targets.keep, initargs })).toThrow(/^initargs\[0\]: the WeakMap/);
  });

  test('gives up joining by a signal', async () => {
    const pool = new ThreadPool(1);
    const event = new Event();
    const result = pool.apply(targets.waitFor, [event]);
    pool.close();
    const controller = new AbortController();
    const joined = pool.join({ signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(joined).rejects.toThrow('enough');
    event.set();
    await result;
    await pool.join();
  });

  test('needs an initializer that can be called', () => {
    expect(() => new ThreadPool(1, { initializer: 5 as never })).toThrow(
      new TypeError('initializer must be a callable'),
    );
  });
});

describe('a thread that goes away', () => {
  test('by process.exit fails its own task only, and is replaced', async () => {
    await using pool = new ThreadPool(2);
    const outcomes = await Promise.allSettled([
      pool.apply(targets.exit, [3]),
      ...range(20).map((n) => pool.apply(targets.later, [n])),
    ]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { name: 'WorkerLostError', exitcode: 3 } });
    expect(outcomes.slice(1)).toEqual(range(20).map((value) => ({ status: 'fulfilled', value })));
  });

  test('is noticed by blocking calls too', async () => {
    await using pool = new ThreadPool(1);
    expect(() => pool.applySync(targets.exit, [3])).toThrow(WorkerLostError);
    expect(pool.applySync(targets.add, [1, 2])).toBe(3);
  });

  test.each(['async', 'blocking'])('for want of memory (%s)', async (form) => {
    const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
    await using pool = new ThreadPool(1, { resourceLimits });
    if (form === 'async') await expect(pool.apply(targets.exhaust)).rejects.toThrow(/ran out of memory/);
    else expect(() => pool.applySync(targets.exhaust)).toThrow(WorkerLostError);
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
  });

  test('by an error that nobody waited for', async () => {
    await using pool = new ThreadPool(1);
    const error: unknown = await pool.apply(targets.failStrayly).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ cause: { name: 'ValueError', message: 'stray' } });
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
  });

  test('while it holds a lock tells the next who wants that, and leaves the pool usable', async () => {
    await using pool = new ThreadPool(1);
    const lock = new Lock();
    await expect(pool.apply(targets.holdAndExit, [lock])).rejects.toBeInstanceOf(WorkerLostError);
    expect(await pool.apply(targets.add, [1, 2])).toBe(3);
    await expect(pool.apply(targets.increment, [shared(), lock, 1])).rejects.toBeInstanceOf(OwnerDiedError);
    await pool.apply(targets.increment, [shared(), lock, 1]);
  });

  test('because its pool was terminated while it held a lock tells that too', async () => {
    const pool = new ThreadPool(1);
    const [lock, held] = [new Lock(), new Event()];
    const result = pool.apply(targets.holdAndWait, [lock, held]);
    await held.wait();
    pool.terminate();
    await expect(result).rejects.toEqual(new CancelledError('the pool was terminated'));
    await pool.join();
    await expect(lock.acquire()).rejects.toBeInstanceOf(OwnerDiedError);
    expect(await lock.acquire()).toBe(true);
  });

  test('after its pool was closed leaves what it has not begun to another', async () => {
    const pool = new ThreadPool(1);
    const outcomes = Promise.allSettled([pool.apply(targets.exit, [3]), pool.apply(targets.add, [1, 2])]);
    pool.close();
    expect(await outcomes).toMatchObject([{ reason: { exitcode: 3 } }, { value: 3 }]);
    await pool.join();
  });

  test('again and again loses no other task', async () => {
    await using pool = new ThreadPool(3);
    const outcomes = await Promise.allSettled(
      range(60).map((n) => (n % 10 === 5 ? pool.apply(targets.exit, [n]) : pool.apply(targets.echo, [n]))),
    );
    for (const [n, outcome] of outcomes.entries()) {
      if (n % 10 === 5) expect(outcome).toMatchObject({ status: 'rejected', reason: { exitcode: n } });
      else expect(outcome).toEqual({ status: 'fulfilled', value: n });
    }
  });
});

describe('a pool that nobody closes', () => {
  test('is closed when it is collected, with a warning', async () => {
    using caught = catchWarnings({ record: true, action: 'always', category: ResourceWarning });
    await (async () => {
      expect(await new ThreadPool(1).apply(targets.add, [1, 2])).toBe(3);
    })();
    await vi.waitUntil(
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        globalThis.gc?.();
        return activeCount() === 1;
      },
      { timeout: 30_000 },
    );
    expect(caught.warnings.map(({ message }) => message.message)).toEqual([
      'a ThreadPool was never closed: use `await using`, or close()',
    ]);
  });
});

test('any mixture of calls, errors, lost threads and signals settles every call as it must', async () => {
  await using pool = new ThreadPool(3);
  const next = random(20_26);
  const calls = range(400).map(async (n) => {
    const kind = next() % 20;
    const controller = new AbortController();
    if (kind === 0) return expectLost(pool.apply(targets.exit, [n]), n);
    if (kind === 1) return await expect(pool.apply(targets.failWithField, [n])).rejects.toMatchObject({ port: n });
    if (kind === 2) {
      setImmediate(() => controller.abort(n));
      const aborted = await pool.apply(targets.later, [n], { signal: controller.signal }).catch((reason) => reason);
      return expect(aborted).toBe(n);
    }
    if (kind < 8) return expect(await pool.apply(targets.echo, [new Map([[n, n]])])).toEqual(new Map([[n, n]]));
    return expect(await pool.apply(kind < 14 ? targets.later : targets.echo, [n])).toBe(n);
  });
  await Promise.all(calls);
});

async function expectLost(call: Promise<unknown>, exitcode: number): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: 'WorkerLostError', exitcode });
}

/** The same numbers in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8;
}

test('a RuntimeError catches a lost worker', () => {
  expect(new WorkerLostError('x', { exitcode: 1 })).toBeInstanceOf(RuntimeError);
});
