/** A manager and its proxies, in this process and in others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyError, ValueError } from '@p8/errors';
import { PyTuple } from '@p8/pickle/cpython';
import { OwnerDiedError } from '@p8/threading';
import * as tasks from '../../test/managed.ts';
import {
  BaseManager,
  ListProxy,
  Manager,
  ManagerSync,
  Pipe,
  Process,
  ProcessError,
  RemoteError,
  SyncManager,
} from '../index.ts';

let manager: SyncManager;
beforeAll(async () => {
  manager = await Manager();
});
afterAll(() => manager.shutdown());

async function inProcess<Args extends readonly unknown[]>(
  target: (...args: Args) => unknown,
  ...args: Args
): Promise<void> {
  using child = new Process<Args>({ target, args } as never);
  child.start();
  await child.join();
  expect(child.exitcode).toBe(0);
}

describe('DictProxy', () => {
  test('as promises and blocking', async () => {
    const content: Record<string, unknown> = { a: 1 };
    using shared = await manager.dict(content);
    await shared.set('b', 2);
    shared.setSync(3, 'x');
    expect(await shared.get('a')).toBe(1);
    expect(shared.getSync(3)).toBe('x');
    expect(await shared.getValue()).toEqual(
      new Map<unknown, unknown>([
        ['a', 1],
        ['b', 2],
        [3, 'x'],
      ]),
    );
    await expect(shared.getItem('zz')).rejects.toThrow(KeyError);
    expect(() => shared.getItemSync('zz')).toThrow(KeyError);
    expect(await shared.delete('zz')).toBe(false);
    expect(await shared.items()).toEqual([
      ['a', 1],
      ['b', 2],
      [3, 'x'],
    ]);
    const seen: unknown[] = [];
    for await (const entry of shared) seen.push(entry);
    expect(seen).toHaveLength(3);
  });

  test('keys are equal by what they hold', async () => {
    using shared = await manager.dict();
    await shared.set([1, 'x'], 'array');
    await shared.set(Buffer.from('b'), 'bytes');
    await shared.set('\0t', 'text');
    expect(await shared.get([1, 'x'])).toBe('array');
    expect(await shared.get(PyTuple.of(1, 'x'))).toBe('array');
    expect(await shared.get(Buffer.from('b'))).toBe('bytes');
    expect(await shared.size()).toBe(3);
    await expect(shared.set({}, 1)).rejects.toThrow("unhashable type: 'dict'");
  });

  test('what pickle does not know goes between our programs', async () => {
    using shared = await manager.dict();
    const value = {
      date: new Date(7),
      map: new Map([[1, undefined]]),
      float: new Float64Array([1.5]),
      error: new ValueError('x'),
    };
    await shared.set('value', value);
    expect(await shared.get('value')).toEqual(value);
  });
});

test('many calls at once keep their order', async () => {
  using list = await manager.list<number>();
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  await Promise.all(numbers.map((number) => list.append(number)));
  expect(await list.copy()).toEqual(numbers);
  expect(await Promise.all(numbers.map((number) => list.get(number)))).toEqual(numbers);
});

test('proxies go to processes, into each other, and through pipes', async () => {
  using outer = await manager.dict<string>();
  {
    using inner = await manager.list<number>([1]);
    await outer.set('inner', inner);
  }
  // the dict keeps it
  await inProcess(tasks.appendsToInner, outer, 2);
  using again = (await outer.get('inner')) as ListProxy<number>;
  expect(again).toBeInstanceOf(ListProxy);
  expect(await again.copy()).toEqual([1, 2]);
  const [here, there] = Pipe();
  await here.send(again);
  using through = (await there.recv()) as ListProxy<number>;
  through.appendSync(3);
  expect(await again.copy()).toEqual([1, 2, 3]);
  here.close();
  there.close();
});

test('processes change one dict and one list', async () => {
  using dict = await manager.dict<number, number>();
  using list = await manager.list<number>();
  using lock = await manager.Lock();
  using total = await manager.Value('i', 0);
  await Promise.all(Array.from({ length: 2 }, (_, i) => inProcess(tasks.changesAll, dict, list, lock, total, i)));
  expect((await dict.keys()).toSorted((a, b) => a - b)).toEqual([0, 1]);
  expect((await list.copy()).toSorted((a, b) => a - b)).toEqual([0, 1]);
  expect(total.value).toBe(20);
});

test('a key of its own goes with a proxy, and to nested ones', async () => {
  await using other = await Manager({ authkey: Buffer.from('another key') });
  using outer = await other.dict<string>();
  using inner = await other.list<number>([1]);
  await outer.set('inner', inner);
  await inProcess(tasks.appendsToInner, outer, 2);
  expect(await inner.copy()).toEqual([1, 2]);
});

describe('a lock', () => {
  test.each(['Lock', 'RLock', 'Semaphore', 'BoundedSemaphore', 'Condition'] as const)(
    'says whether it is free: %s',
    async (name) => {
      using lock = await manager[name]();
      expect(await lock.locked()).toBe(false);
      expect(lock.withSync(() => lock.lockedSync())).toBe(true);
      expect(lock.lockedSync()).toBe(false);
    },
  );

  test('is released for the next when its holder dies, who hears so', async () => {
    using lock = await manager.Lock();
    using event = await manager.Event();
    using child = new Process({ target: tasks.holdsForEver, args: [lock, event] });
    child.start();
    await event.wait();
    const next = lock.acquire();
    child.kill();
    await expect(next).rejects.toThrow(OwnerDiedError);
    expect(await lock.acquire()).toBe(true);
    await lock.release();
    await child.join();
  });

  test('that somebody gives up waiting for goes to the next', async () => {
    using lock = await manager.Lock();
    await lock.acquire();
    const giving = new AbortController();
    const given = lock.acquire({ signal: giving.signal });
    const next = lock.acquire();
    giving.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await lock.release();
    expect(await next).toBe(true);
    await lock.release();
  });

  test('that its holder may take again is taken by `with` inside `with`, and then free for others', async () => {
    using rlock = await manager.RLock();
    const signal = AbortSignal.timeout(20_000);
    const inner = (): Promise<string> => rlock.with(() => 'inner', { signal });
    expect(await rlock.with(async () => [await inner(), await inner()], { signal })).toEqual(['inner', 'inner']);
    const order: string[] = [];
    const twice = (name: string): Promise<void> =>
      rlock.with(
        async () => {
          order.push(name);
          await inner();
          order.push(name);
        },
        { signal },
      );
    await Promise.all([twice('a'), twice('b')]);
    expect(order).toEqual(['a', 'a', 'b', 'b']);
  });

  test('of a task is not that of another one', async () => {
    using rlock = await manager.RLock();
    let inside = 0;
    const body = () =>
      rlock.with(async () => {
        await rlock.acquire();
        inside += 1;
        expect(inside).toBe(1);
        await manager.numberOfObjects();
        inside -= 1;
        await rlock.release();
      });
    await Promise.all([body(), body(), body()]);
  });
});

describe('a type of our own', () => {
  class ShopManager extends SyncManager {}
  const Shops = ShopManager.register('Shop', { callable: tasks.Shop });

  test('has its methods, and its errors arrive as their classes, with where they were raised', async () => {
    await using shops = new Shops();
    await shops.start();
    using shop = await shops.Shop('lamps', { stock: 3 });
    expect(await shop.sell(2)).toBe(1);
    expect(shop.laterSync(1)).toBe(2);
    const error = await shop.sell(5).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(tasks.SoldOut);
    expect(error).toMatchObject({ message: 'only 1 left', left: 1 });
    expect((error as Error).stack).toMatch(/managed\.ts[\s\S]*--- raised in the manager at/);
    await expect(shop.callMethod('_secret')).rejects.toThrow(RemoteError);
    await expect(shop.odd()).rejects.toThrow(RemoteError);
  });

  test('of an unknown name is refused', async () => {
    await expect(manager.create('Nothing')).rejects.toThrow("KeyError: 'Nothing'");
  });
});

test('a pool of the server calls functions in its processes', async () => {
  using pool = await manager.Pool(2);
  expect(await pool.apply(tasks.double, [4])).toBe(8);
  expect(pool.mapSync(tasks.double, [1, 2, 3])).toEqual([2, 4, 6]);
  using later = await pool.applyAsync(tasks.double, [5]);
  expect(await later.get()).toBe(10);
  expect(await later.ready()).toBe(true);
  using results = await pool.imap(tasks.double, [1, 2]);
  const seen: number[] = [];
  for await (const result of results) seen.push(result);
  expect(seen).toEqual([2, 4]);
  await expect(pool.apply(tasks.failsToStart)).rejects.toThrow('no such luck');
  await pool.close();
  await pool.join();
});

test('a time limit and a signal for calls', async () => {
  using queue = await manager.Queue();
  await expect(queue.within({ timeout: 0.05 }).get()).rejects.toThrow('timed out');
  expect(() => queue.within({ timeout: 0.05 }).getSync()).toThrow('timed out');
  const stop = new AbortController();
  const waiting = queue.get({ signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await queue.put('for nobody who has gone');
  expect(await queue.get()).toBe('for nobody who has gone');
});

test('references are counted, and those of a process that dies are given back', async () => {
  const before = await manager.numberOfObjects();
  const list = await manager.list();
  expect(await manager.numberOfObjects()).toBe(before + 1);
  list.dispose();
  await expect.poll(() => manager.numberOfObjects()).toBe(before);
  using address = await manager.dict<string>({ address: manager.address });
  using event = await manager.Event();
  using child = new Process({ target: tasks.hasObjects, args: [address, event] });
  child.start();
  await event.wait();
  expect(await manager.numberOfObjects()).toBe(before + 12);
  child.kill();
  await expect.poll(() => manager.numberOfObjects()).toBe(before + 2);
});

describe('BaseManager', () => {
  test('is started once', async () => {
    const once = new BaseManager();
    await expect(once.create('list')).rejects.toThrow(ProcessError);
    await once.start();
    await expect(once.start()).rejects.toThrow('Already started server');
    await once.shutdown();
    await once.shutdown();
    await expect(once.start()).rejects.toThrow('Manager has shut down');
  });

  test('blocking, with an initializer', () => {
    const blocking = new SyncManager({ address: ['127.0.0.1', 0] });
    blocking.startSync(tasks.setsVariable, ['P8_MANAGED', 'yes']);
    const list = blocking.listSync([1, 2]);
    list.appendSync(3);
    expect(list.copySync()).toEqual([1, 2, 3]);
    blocking.shutdownSync();
    expect(() => list.copySync()).toThrow('has gone');
  });

  test('what fails in the server is told to who starts it', async () => {
    await expect(new BaseManager().start(tasks.failsToStart)).rejects.toThrow('no such luck');
    await expect(new BaseManager().start(tasks.exitsAtOnce)).rejects.toThrow('exit code 7');
    await expect(new BaseManager({ address: ['127.0.0.1', 0], maxConnections: 0 }).start()).rejects.toThrow(
      'maxConnections',
    );
    expect(() => ManagerSync({ maxConnections: 0 })).toThrow('maxConnections');
  });
});
