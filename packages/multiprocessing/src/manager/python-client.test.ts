/** CPython's managers as clients of our server, with every python3 that is here. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Python } from '../../test/python.ts';
import { pythons } from '../../test/pythons.ts';
import { Shop } from '../../test/managed.ts';
import { Server, SyncManager } from '../index.ts';

const key = Buffer.from('secret');
class ShopManager extends SyncManager {}
ShopManager.register('Shop', { callable: Shop });

let server: Server;
let serving: Promise<void>;
beforeAll(() => {
  server = new ShopManager({ address: ['127.0.0.1', 0], authkey: key }).getServer();
  serving = server.serveForever();
});
afterAll(async () => {
  server.shutdown();
  await serving;
});

const SETUP = `
from multiprocessing.managers import BaseManager, SyncManager
import multiprocessing, threading, queue
class ShopManager(SyncManager): pass
ShopManager.register('Shop')
where, key = eval(args[0]), eval(args[1])
# Python's proxies that come out of others know no other key
multiprocessing.current_process().authkey = key
manager = ShopManager(where, authkey=key)
manager.connect()
def tell(*what): print(repr(what[0] if len(what) == 1 else what), flush=True)
def error(call):
    try: return call()
    except Exception as e: return type(e).__name__ + ': ' + str(e)
`;

function client(python: string, script: string, where = server.address): Python {
  const address = Array.isArray(where)
    ? `('${where[0]}', ${where[1]})`
    : `b'${String(where).replace('\0', '\\0')}'.decode()`;
  return Python.by(python, SETUP + script, address, `b'${key.toString()}'`);
}

async function linesOf(python: Python, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push(await python.line());
  return lines;
}

describe.each(pythons)('%s', (python) => {
  test('dict, list and Namespace', async () => {
    await using peer = client(
      python,
      `
d = manager.dict({'a': 1}, b=2)
d[(1, 'x')] = [1, 2.5, None]
d[1] = b'bytes'
tell(d.copy()); tell(d[True]); tell((1, 'x') in d); tell(len(d)); tell(sorted(map(str, d.keys())))
tell(error(lambda: d['zz'])); tell(d.pop('a')); tell(d.setdefault('c', 5)); tell(str(manager.dict(x=1.5)))
tell(list(iter(manager.dict(p=1, q=2))))
l = manager.list([3, 1, 2])
l.append('x'); l.pop(); l.sort(reverse=True); tell(l[:]); tell(l[-1]); l[0:2] = [7]; tell(str(l)); tell(l + [1]); tell(l * 2)
l += [9]; tell(list(l)); tell(error(lambda: l[9])); tell(error(lambda: l.index(55)))
n = manager.Namespace(x=1); n.y = 'z'; tell((n.x, n.y)); del n.x; tell(error(lambda: n.x)); tell(str(n))
inner = manager.list([1]); d['p'] = inner; d['p'].append(2); tell(list(inner)); tell(str(d['p']))
`,
    );
    expect(await linesOf(peer, 22)).toEqual([
      "{'a': 1, 'b': 2, (1, 'x'): [1, 2.5, None], 1: b'bytes'}",
      "b'bytes'",
      'True',
      '4',
      `["(1, 'x')", '1', 'a', 'b']`,
      `"KeyError: 'zz'"`,
      '1',
      '5',
      `"{'x': 1.5}"`,
      "['p', 'q']",
      '[3, 2, 1]',
      '1',
      "'[7, 1]'",
      '[7, 1, 1]',
      '[7, 1, 7, 1]',
      '[7, 1, 9]',
      "'IndexError: list index out of range'",
      "'ValueError: 55 is not in list'",
      "(1, 'z')",
      `"AttributeError: 'Namespace' object has no attribute 'x'"`,
      `"Namespace(y='z')"`,
      '[1, 2]',
    ]);
  });

  test('locks, events, barriers, queues, values and arrays', async () => {
    await using peer = client(
      python,
      `
def in_thread(call):
    box = []
    t = threading.Thread(target=lambda: box.append(error(call))); t.start(); t.join(10); return box[0] if box else 'hangs'
lock = manager.Lock()
tell(lock.acquire(), in_thread(lambda: lock.acquire(False)), in_thread(lambda: lock.acquire(True, 0.05)))
lock.release(); tell(error(lock.release))
r = manager.RLock(); tell(r.acquire(), r.acquire(), in_thread(r.release)); r.release(); r.release(); tell(error(r.release))
s = manager.BoundedSemaphore(1); s.acquire(); s.release(); tell(error(s.release))
e = manager.Event(); tell(e.is_set(), e.wait(0.01)); threading.Timer(0.05, e.set).start(); tell(e.wait(10))
b = manager.Barrier(2); t = threading.Thread(target=b.wait); t.start(); tell(b.wait(10) in (0, 1), b.parties, b.broken); t.join()
tell(error(lambda: b.wait(0.01)))
c = manager.Condition(); done = []
def waits():
    with c: done.append(c.wait(10))
t = threading.Thread(target=waits); t.start()
import time
while not done:
    with c: c.notify()
    time.sleep(0.01)
t.join(); tell(done); tell(error(c.notify))
q = manager.Queue(2); q.put('a'); q.put({'b': 1}); tell(q.full(), q.qsize()); tell(error(lambda: q.put(1, timeout=0.01)).split(':')[0])
tell(q.get(), q.get(timeout=5)); tell(error(q.get_nowait).split(':')[0], error(lambda: q.get(True, 0.01)).split(':')[0])
threading.Timer(0.05, q.put, ('late',)).start(); tell(q.get())
j = manager.JoinableQueue(); j.put(1); threading.Timer(0.05, j.task_done).start(); j.join(); tell(error(j.task_done))
v = manager.Value('i', 3); v.value += 4; tell(v.value, v.get()); a = manager.Array('d', [1, 2.5]); a[0] = 7; tell(a[0], len(a), str(a)); tell(a._getvalue())
`,
    );
    expect(await linesOf(peer, 19)).toEqual([
      '(True, False, False)',
      "'RuntimeError: release unlocked lock'",
      "(True, True, 'RuntimeError: cannot release un-acquired lock')",
      "'RuntimeError: cannot release un-acquired lock'",
      "'ValueError: Semaphore released too many times'",
      '(False, False)',
      'True',
      '(True, 2, False)',
      "'BrokenBarrierError: '",
      '[True]',
      "'RuntimeError: cannot notify on un-acquired lock'",
      '(True, 2)',
      "'Full'",
      "('a', {'b': 1})",
      "('Empty', 'Empty')",
      "'late'",
      "'ValueError: task_done() called too many times'",
      '(7, 7)',
      // JavaScript has one kind of number
      `(7, 2, "array('d', [7.0, 2.5])")`,
    ]);
    expect(await peer.line()).toBe('[7, 2.5]');
  });

  test('a type of ours, its errors, and what is not exposed', async () => {
    await using peer = client(
      python,
      `
shop = manager.Shop('lamps', stock=3)
tell(shop.sell(2)); tell(error(lambda: shop.sell(5))); tell(shop.later(7)); tell(str(shop))
tell(error(lambda: shop._callmethod('secret')).splitlines()[-2]); tell(error(lambda: shop.odd()).splitlines()[0]); tell(shop.told(a=1, b=2))
before = manager._number_of_objects(); extra = manager.list(); middle = manager._number_of_objects(); del extra
tell(middle - before, manager._number_of_objects() - before)
`,
    );
    expect(await linesOf(peer, 8)).toEqual([
      '1',
      "'ValueError: only 1 left'",
      '8',
      "'Shop of lamps'",
      expect.stringContaining("AttributeError: method 'secret' of Shop object is not in exposed="),
      expect.stringContaining('RemoteError'),
      "{'a': 1, 'b': 2}",
      '(1, 0)',
    ]);
  });
});
