/** With CPython's test.test_multiprocessing (_TestPool), re-expressed: its names stand in comments. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AssertionError, ValueError } from '@p8/errors';
import { checkLeftovers } from '../../test/leftovers.ts';
import * as tasks from '../../test/pool-tasks.ts';
import { Pipe } from '../connection/pipe.ts';
import {
  BrokenProcessPool,
  CancelledError,
  getContext,
  MaybeEncodingError,
  Pool,
  ProcessPoolExecutor,
} from '../index.ts';
import { activeChildren } from '../process/process.ts';
import { getAllStartMethods } from '../process/start-method.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

// the first start leaves a spare, which is no leak
beforeAll(async () => {
  await using pool = new Pool(1);
  await pool.apply(tasks.nothing);
  // and the first waits open what stays open
  pool.applySync(tasks.echo, ['x'.repeat(2_000_000)]);
});
checkLeftovers();

describe('a pool of processes', () => {
  // a process boots for some time where sources are run
  let pool: Pool;

  beforeAll(async () => {
    pool = new Pool(2);
    await pool.map(tasks.later, range(100), { chunksize: 1 });
    pool.mapSync(tasks.later, range(100), { chunksize: 1 });
  });

  afterAll(async () => {
    pool.terminate();
    await pool.join();
  });

  // test_apply
  test('calls functions elsewhere, in both forms', async () => {
    expect(await pool.apply(tasks.pid)).not.toBe(process.pid);
    expect(await pool.apply(tasks.add, [1, 2])).toBe(3);
    expect(pool.applySync(tasks.add, [3, 4])).toBe(7);
    expect(await pool.apply(tasks.later, ['x'])).toBe('x');
    expect(pool.applySync(tasks.later, ['y'])).toBe('y');
    expect(await pool.apply(tasks.nothing)).toBe(undefined);
  });

  test.each([
    ['numbers', [0, -0, 1.5, -(2 ** 31), 2 ** 31, Number.NaN, Infinity]],
    ['texts', ['', 'é', '漢字', '\ud800', 'x'.repeat(1000), 'x'.repeat(2_000_000)]],
    ['plain data', [null, undefined, true, [1, [2, [3]]], { a: { b: [undefined] } }]],
    ['what only a clone can carry', [new Map([[1, { a: new Date(0) }]]), 10n, /x/g, new Uint8Array([1, 2])]],
    ['many numbers', [range(1000), range(30_000).map((n) => n / 7)]],
  ])('carries %s there and back', async (_, values) => {
    for (const value of values as unknown[]) {
      expect(await pool.apply(tasks.echo, [value])).toEqual(value);
      expect(pool.applySync(tasks.echo, [value])).toEqual(value);
    }
  });

  test('carries connections', async () => {
    const [here, there] = Pipe();
    const told = pool.apply(tasks.waitFor, [there]);
    expect(typeof (await here.recv())).toBe('number');
    await here.send('go on');
    expect(await told).toBe('go on');
    here.close();
  });

  // test_exception...
  test('raises the error of the call, and where it was raised', async () => {
    await expect(pool.apply(tasks.failWithField, [80])).rejects.toMatchObject({ name: 'BadPort', port: 80 });
    await expect(pool.apply(tasks.failWithField, [81])).rejects.toBeInstanceOf(tasks.BadPort);
    await expect(pool.apply(tasks.failWithField, [81])).rejects.toMatchObject({
      stack: expect.stringMatching(/--- raised in process "PoolWorker-\d+" \(pid \d+\) ---/),
    });
    expect(() => pool.applySync(tasks.fail, ['now'])).toThrow(new ValueError('now'));
    // the class is not here: the nearest is, with all that the error holds
    const strange: unknown = await pool.apply(tasks.failStrangely).catch((error: unknown) => error);
    expect(strange).toBeInstanceOf(ValueError);
    expect(strange).toMatchObject({ name: 'Strange', message: 'strange', detail: 7 });
    expect(await pool.apply(tasks.add, [1, 1])).toBe(2);
  });

  // test_wrapped_exception, test_unpickleable_result
  test('raises what cannot be sent, both ways', async () => {
    await expect(pool.apply(tasks.echo, [Symbol('x')])).rejects.toThrow(/^args\[0\]: the symbol Symbol\(x\) cannot be/);
    const memory = new SharedArrayBuffer(4);
    await expect(pool.apply(tasks.echo, [memory as unknown])).rejects.toThrow(/cannot go to another one/);
    await expect(pool.apply(() => 1)).rejects.toThrow(/is not an exported function/);
    await expect(pool.map(tasks.echo, [0, 1, new WeakMap()], { chunksize: 2 })).rejects.toThrow(/^items\[2\]: /);
    await expect(pool.apply(tasks.giveUnclonable)).rejects.toBeInstanceOf(MaybeEncodingError);
    await expect(pool.apply(tasks.giveUnclonable)).rejects.toThrow(/^Error sending result: result\.callback: /);
    await expect(pool.apply(tasks.throwUnclonable)).rejects.toThrow(/^Error sending exception: /);
    expect(await pool.apply(tasks.add, [1, 1])).toBe(2);
  });

  // test_async, test_apply_async_with_callback
  test('calls back with the result or with the error, here', async () => {
    const [callback, errorCallback] = [vi.fn(), vi.fn()];
    expect(await pool.applyAsync(tasks.add, [1, 2], { callback, errorCallback })).toBe(3);
    await pool.applyAsync(tasks.fail, ['x'], { callback, errorCallback }).wait();
    expect(callback.mock.calls).toEqual([[3]]);
    expect(errorCallback.mock.calls).toEqual([[new ValueError('x')]]);
  });

  // test_map, test_map_chunksize, test_starmap, test_map_async, test_starmap_async
  test.each([undefined, 1, 3, 1000])('maps in order, with chunks of %s', async (chunksize) => {
    const numbers = range(100);
    const doubled = numbers.map(tasks.double);
    expect(await pool.map(tasks.double, numbers, { chunksize })).toEqual(doubled);
    expect(await pool.map(tasks.later, numbers, { chunksize })).toEqual(numbers);
    expect(pool.mapSync(tasks.double, numbers, { chunksize })).toEqual(doubled);
    expect(await pool.mapAsync(tasks.double, new Set(numbers), { chunksize })).toEqual(doubled);
    const pairs = numbers.map((n): [number, number] => [n, n]);
    expect(await pool.starmap(tasks.add, pairs, { chunksize })).toEqual(doubled);
    expect(pool.starmapSync(tasks.add, pairs, { chunksize })).toEqual(doubled);
  });

  test('maps more than can be under way at once', async () => {
    const numbers = range(20_000);
    expect(await pool.map(tasks.double, numbers, { chunksize: 1 })).toEqual(numbers.map(tasks.double));
    expect(pool.mapSync(tasks.double, numbers, { chunksize: 1 })).toEqual(numbers.map(tasks.double));
  });

  // test_imap, test_imap_unordered
  test.each(['imap', 'imapUnordered'] as const)('%s asks for items only a little ahead', async (form) => {
    const taken = await collect(pool[form](tasks.double, range(1000), { chunksize: 7 }));
    if (form === 'imapUnordered') taken.sort((a, b) => a - b);
    expect(taken).toEqual(range(1000).map(tasks.double));
    let asked = 0;
    const endless = (function* () {
      for (;;) yield asked++;
    })();
    const results = pool[form](tasks.double, endless);
    await results.next();
    expect(asked).toBeLessThan(1000);
    await results.return();
  });
});

describe('a pool', () => {
  test('calls its initializer in each process first', async () => {
    await using pool = new Pool(2, { initializer: tasks.setGreeting, initargs: ['hello'] });
    expect(await pool.map(tasks.greet, ['a', 'b'], { chunksize: 1 })).toEqual(['hello, a', 'hello, b']);
  });

  test('whose initializer fails cannot be used', async () => {
    const pool = new Pool(1, { initializer: tasks.fail, initargs: ['init'] });
    const error: unknown = await pool.apply(tasks.nothing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BrokenProcessPool);
    expect(error).toMatchObject({ cause: { name: 'ValueError', message: 'init' } });
    await expect(pool.apply(tasks.nothing)).rejects.toBeInstanceOf(BrokenProcessPool);
    pool.close();
    await pool.join();
  });

  // test_pool_worker_lifetime
  test('replaces a process that has done enough', async () => {
    await using pool = new Pool(1, { maxtasksperchild: 2 });
    const pids: number[] = [];
    for (let i = 0; i < 4; i++) pids.push(await pool.apply(tasks.pid));
    expect([pids[0], pids[2]]).toEqual([pids[1], pids[3]]);
    expect(new Set(pids).size).toBe(2);
  });

  // memory that a virtual machine touches for the first time can take a minute
  test('replaces a process that has taken too much memory', { timeout: 300_000 }, async () => {
    await using pool = new Pool(1, { maxMemoryPerChild: 200 * 2 ** 20 });
    const before = await pool.apply(tasks.hoard, [1]);
    expect(await pool.apply(tasks.hoard, [1])).toBe(before);
    expect(await pool.apply(tasks.hoard, [200 * 2 ** 20])).toBe(before);
    expect(await pool.apply(tasks.hoard, [1])).not.toBe(before);
  });

  test('shows its processes, which are daemons', async () => {
    await using pool = new Pool(2);
    const { name, daemon, pid } = await pool.apply(tasks.whoAmI);
    expect([name, daemon]).toEqual([expect.stringMatching(/^PoolWorker-\d+$/), true]);
    expect(activeChildren().map((child) => child.pid)).toContain(pid);
    await expect(pool.apply(tasks.haveChild)).rejects.toBeInstanceOf(AssertionError);
    await expect(pool.apply(tasks.poolWithin, [[1]])).rejects.toBeInstanceOf(AssertionError);
  });

  // test_close, test_terminate
  test('that is closed finishes what it has, and takes no more', async () => {
    const pool = new Pool(2);
    const results = range(50).map((n) => pool.apply(tasks.later, [n]));
    await expect(pool.join()).rejects.toThrow(/^Pool is still running/);
    pool.close();
    await expect(pool.apply(tasks.nothing)).rejects.toEqual(new ValueError('Pool not running'));
    await pool.join();
    expect(await Promise.all(results)).toEqual(range(50));
    const other = new Pool(1);
    const result = other.applyAsync(tasks.later, [1]);
    other.close();
    other.joinSync();
    expect(result.getSync()).toBe(1);
  });

  test.each(['join', 'joinSync'] as const)(
    'that is terminated ends its processes wherever they are: %s',
    async (form) => {
      const pool = new Pool(2);
      const [here, there] = Pipe();
      const results = [pool.apply(tasks.compute, [there]), ...range(10).map((n) => pool.apply(tasks.later, [n]))];
      await here.recv();
      pool.terminate();
      const outcomes = Promise.allSettled(results);
      await pool[form]();
      expect((await outcomes)[0]).toEqual({
        status: 'rejected',
        reason: new CancelledError('the pool was terminated'),
      });
      expect(activeChildren()).toEqual([]);
      here.close();
    },
  );

  test('that is terminated while a process asks for what it is to do ends', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const pool = new Pool(1);
      await pool.apply(tasks.nothing);
      const result = pool.apply(tasks.echo, ['x'.repeat(1000)]);
      // the process asks meanwhile, and is heard only when the pool is terminated
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      pool.terminate();
      await expect(result).rejects.toBeInstanceOf(CancelledError);
      await pool.join();
    }
  });

  test.each(['join', 'joinSync'] as const)('ends processes that ignore SIGTERM: %s', async (form) => {
    const pool = new Pool(1);
    const [here, there] = Pipe();
    const result = pool.apply(tasks.ignoreTermination, [there]);
    await here.recv();
    pool.terminate();
    await expect(result).rejects.toBeInstanceOf(CancelledError);
    await pool[form]();
    here.close();
  });

  test.each([0, -1, 1.5, '2'])('needs at least one process, not %s', (processes) => {
    expect(() => new Pool(processes as number)).toThrow(/^Number of processes must be at least 1/);
  });

  test('refuses limits that are none, and initializers that cannot be called or sent', () => {
    expect(() => new Pool(1, { maxtasksperchild: 0 })).toThrow(
      'maxtasksperchild must be a positive int or null, not 0',
    );
    expect(() => new Pool(1, { maxMemoryPerChild: -1 })).toThrow(/^maxMemoryPerChild must be/);
    expect(() => new Pool(1, { initializer: 5 as never })).toThrow(new TypeError('initializer must be a callable'));
    expect(() => new Pool(1, { initializer: () => 1 })).toThrow(/^initializer: .* is not an exported function/);
  });

  test.each(getAllStartMethods())('is there for each way to start: %s', async (method) => {
    await using pool = new (getContext(method).Pool)(1);
    expect(await pool.apply(tasks.double, [2])).toBe(4);
    await using executor = new ProcessPoolExecutor({ maxWorkers: 1, mpContext: getContext(method) });
    expect(await executor.submit(tasks.double, 2)).toBe(4);
  });
});

describe('an executor of processes', () => {
  test('starts them when there is work, and they may have children', async () => {
    const before = activeChildren().length;
    await using executor = new ProcessPoolExecutor(2);
    expect(activeChildren().length).toBe(before);
    expect(await executor.submit(tasks.haveChild)).toBe(0);
    expect(await executor.submit(tasks.poolWithin, [1, 2])).toEqual([2, 4]);
  });

  test('refuses what is no number', () => {
    expect(() => new ProcessPoolExecutor(0)).toThrow('maxWorkers must be greater than 0, not 0');
    expect(() => new ProcessPoolExecutor({ maxTasksPerChild: 0 })).toThrow(/^maxTasksPerChild must be/);
    expect(() => new ProcessPoolExecutor({ maxMemoryPerChild: 0.5 })).toThrow(/^maxMemoryPerChild must be/);
  });

  test.each(['terminateWorkers', 'killWorkers'] as const)('%s ends them at once', async (method) => {
    const executor = new ProcessPoolExecutor(1);
    const [here, there] = Pipe();
    const running = executor.submit(tasks.compute, there);
    const waiting = executor.submit(tasks.double, 1);
    await here.recv();
    executor[method]();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    await executor.shutdown();
    expect(() => executor.submit(tasks.double, 1)).toThrow('cannot schedule new futures after shutdown');
    here.close();
  });
});
