/** CPython's manager server, with our proxies, with every python3 that is here. */
import { describe, expect, test } from 'vitest';
import { AttributeError, IndexError, KeyError, RuntimeError, ValueError } from '@p8/errors';
import { BrokenBarrierError, Empty, Full } from '@p8/threading';
import { Python } from '../../test/python.ts';
import { pythons } from '../../test/pythons.ts';
import { RemoteError, SyncManager } from '../index.ts';
import type { ConnectionAddress, ProxyOf } from '../index.ts';

const authkey = Buffer.from('secret');
const abstract = `p8-manager-${process.pid}`;

const SERVER = `
from multiprocessing.managers import SyncManager
class Counter:
    def __init__(self, start=0): self.n = start
    def add(self, k, times=1): self.n += k * times; return self.n
    def fail(self): raise ValueError('kapow', 7)
    def odd(self): return lambda: 1
class Shop(SyncManager): pass
Shop.register('Counter', Counter)
server = Shop(eval(args[0]), authkey=b'secret').get_server()
print(server.address[1] if isinstance(server.address, tuple) else '', flush=True)
server.serve_forever()
`;

/** What the server in Python has beside the others. */
interface Counter {
  add(k: number, times?: number): number;
  fail(): void;
  odd(): void;
}

class Shop extends SyncManager {
  declare readonly Counter: (start?: number) => Promise<ProxyOf<Counter>>;
}
Shop.register('Counter');

async function connected(python: string, where: string, address: (port: number) => ConnectionAddress) {
  const peer = Python.by(python, SERVER, where);
  const port = Number(await peer.line());
  const manager = new Shop({ address: address(port), authkey });
  await manager.connect();
  return { peer, manager };
}

const tcp = ["('127.0.0.1', 0)", (port: number): ConnectionAddress => ['127.0.0.1', port]] as const;

test.each([
  ['a path', `'/tmp/${abstract}'`, (): ConnectionAddress => `/tmp/${abstract}`],
  ['an abstract name', `'\\0${abstract}'`, (): ConnectionAddress => Buffer.from(`\0${abstract}`)],
])('over %s', async (_name, where, address) => {
  const { peer, manager } = await connected('python3', where, address);
  await using _peer = peer;
  using list = await manager.list([1]);
  await list.append(2);
  expect(list.copySync()).toEqual([1, 2]);
});

describe.each(pythons)('%s', (python) => {
  test('its dict, list and Namespace', async () => {
    const { peer, manager } = await connected(python, ...tcp);
    await using _peer = peer;
    const content: Record<string, unknown> = { a: 1 };
    using dict = await manager.dict(content);
    await Promise.all(Array.from({ length: 100 }, (_, i) => dict.set(i, i * i)));
    expect(await dict.size()).toBe(101);
    expect(dict.getSync(7)).toBe(49);
    expect(await dict.get('zz')).toBe(null);
    await expect(dict.getItem('zz')).rejects.toThrow(KeyError);
    expect(() => dict.getItemSync('zz')).toThrow(KeyError);
    expect(await dict.delete('a')).toBe(true);
    expect(await dict.delete('a')).toBe(false);
    expect(await dict.pop(7)).toBe(49);
    await dict.clear();
    await dict.update([['x', 1]]);
    expect(await dict.items()).toEqual([['x', 1]]);
    const items: unknown[] = [3, 1, 2];
    using list = await manager.list(items);
    await list.sort({ reverse: true });
    expect(await list.slice(0, 2)).toEqual([3, 2]);
    expect(await list.pop()).toBe(1);
    await expect(list.get(9)).rejects.toThrow(IndexError);
    await dict.set('inner', list);
    const inner = (await dict.get('inner')) as typeof list;
    await inner.append('seen');
    expect(await list.copy()).toEqual([3, 2, 'seen']);
    inner.dispose();
    await list.clear();
    expect(await list.length()).toBe(0);
    using bag = await manager.Namespace({ x: 1 });
    await bag.set('x', 2);
    expect(bag.getSync('x')).toBe(2);
    await bag.delete('x');
    await expect(bag.get('x')).rejects.toThrow(AttributeError);
    expect(await dict.referentString()).toContain("{'x': 1");
  });

  test('its locks, events, barriers, queues, values and arrays', async () => {
    const { peer, manager } = await connected(python, ...tcp);
    await using _peer = peer;
    using lock = await manager.Lock();
    expect(await lock.acquire()).toBe(true);
    expect(await lock.acquire({ timeout: 0.01 })).toBe(false);
    expect(lock.acquireSync({ blocking: false })).toBe(false);
    const next = lock.acquire();
    await lock.release();
    expect(await next).toBe(true);
    await lock.release();
    await expect(lock.release()).rejects.toThrow(RuntimeError);
    using rlock = await manager.RLock();
    await rlock.with(async () => {
      expect(await rlock.acquire()).toBe(true);
      expect(rlock.acquireSync({ blocking: false })).toBe(true);
      rlock.releaseSync();
      await rlock.release();
    });
    await expect(rlock.release()).rejects.toThrow(RuntimeError);
    using condition = await manager.Condition();
    let ready = false;
    const waiting = condition.with(() => condition.waitFor(() => ready));
    await condition.with(async () => {
      ready = true;
      await condition.notifyAll();
    });
    expect(await waiting).toBe(true);
    using event = await manager.Event();
    const set = event.wait();
    await event.set();
    expect(await set).toBe(true);
    using barrier = await manager.Barrier(2);
    expect((await Promise.all([barrier.wait(), barrier.wait()])).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(await barrier.parties()).toBe(2);
    await expect(barrier.wait({ timeout: 0.01 })).rejects.toThrow(BrokenBarrierError);
    using queue = await manager.Queue(1);
    const item = queue.get();
    await queue.put('x');
    expect(await item).toBe('x');
    await queue.put(1);
    await expect(queue.putNowait(2)).rejects.toThrow(Full);
    expect(await queue.get()).toBe(1);
    expect(() => queue.getSync({ timeout: 0.01 })).toThrow(Empty);
    using value = await manager.Value('i', 3);
    value.value += 4;
    expect(await value.get()).toBe(7);
    using array = await manager.Array('d', [1, 2.5]);
    await array.set(0, 4);
    expect(await array.copy()).toEqual([4, 2.5]);
    expect(await array.getValue()).toEqual([4, 2.5]);
  });

  test('a type of its own, its errors, and what cannot be sent', async () => {
    const { peer, manager } = await connected(python, ...tcp);
    await using _peer = peer;
    const before = await manager.numberOfObjects();
    const counter = await manager.Counter(10);
    expect(await counter.add(5)).toBe(15);
    expect(counter.addSync(1)).toBe(16);
    expect(await counter.callMethod('add', [1], { times: 4 })).toBe(20);
    await expect(counter.fail()).rejects.toThrow(ValueError);
    await expect(counter.odd()).rejects.toThrow(RemoteError);
    await expect(counter.callMethod('missing')).rejects.toMatchObject({
      traceback: expect.stringContaining('Traceback'),
    });
    expect(await Promise.all(Array.from({ length: 20 }, () => counter.add(0)))).toEqual(Array(20).fill(20));
    counter.dispose();
    await expect.poll(() => manager.numberOfObjects()).toBe(before);
  });
});
