/** What queues of processes have beyond those of threads; the suite of all queues is in conformance/. */
import { openSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { AssertionError, ValueError } from '@p8/errors';
import { Lock as ThreadLock, Thread } from '@p8/threading';
import { socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { OpenFile } from '../../test/descriptor-tasks.ts';
import { checkLeftovers, descriptors } from '../../test/leftovers.ts';
import * as tasks from '../../test/queue-tasks.ts';
import { Pipe } from '../connection/pipe.ts';
import { Process } from '../process/process.ts';
import { Lock } from '../sync/lock.ts';
import { Empty, Full, JoinableQueue, Queue, SimpleQueue } from '../index.ts';

beforeAll(async () => {
  // spares, an arena, the table of the program, and what wakes an event loop stay: no leaks
  using queue = new Queue();
  await threaded(queue);
  const child = started(tasks.putsThree, queue);
  await queue.get();
  await ended(child);
});
checkLeftovers();

function started<Args extends readonly unknown[]>(target: (...args: Args) => unknown, ...args: Args): Process {
  const process = new Process({ target: target as (...all: readonly unknown[]) => unknown, args });
  process.start();
  return process;
}

async function ended(...processes: readonly Process[]): Promise<void> {
  for (const process of processes) {
    await process.join();
    process.close();
  }
}

async function threaded(queue: Queue): Promise<void> {
  const thread = new Thread({ target: tasks.putsThree, args: [queue], reuse: false });
  thread.start();
  expect(await queue.get()).toEqual([42, null, 'hello']);
  await thread.join();
}

async function killed(process: Process): Promise<void> {
  process.kill();
  await ended(process);
}

/** What nobody has any more is closed when the engine finds that out. */
async function afterCollection(count: number): Promise<void> {
  await expect
    .poll(() => {
      (globalThis as unknown as { gc(): void }).gc();
      return descriptors();
    })
    .toBe(count);
}

test.each([Queue, JoinableQueue, SimpleQueue])('%o: an item of another process arrives', async (type) => {
  using queue = new type();
  const child = started(tasks.putsThree, queue);
  expect(await queue.get()).toEqual([42, null, 'hello']);
  await ended(child);
  expect(queue.empty()).toBe(true);
});

test('items of several processes arrive, each once, and those of one in their order', async () => {
  using queue = new Queue<readonly [string, number]>(10);
  const names = ['a', 'b'];
  const children = names.map((name) => started(tasks.putsMany, queue, name, 200));
  const seen = new Map(names.map((name) => [name, [] as number[]]));
  for (let i = 0; i < 400; i++) {
    const [name, number] = i % 2 === 0 ? await queue.get() : queue.getSync();
    seen.get(name)!.push(number);
  }
  const all = Array.from({ length: 200 }, (_, i) => i);
  expect([...seen.values()]).toEqual([all, all]);
  expect(queue.empty()).toBe(true);
  await ended(...children);
});

test('large items come into memory that those before them had', () => {
  using queue = new Queue<Uint8Array>();
  const item = new Uint8Array(2 ** 20);
  const through = (): void => {
    const taken = Array.from({ length: 50 }, () => {
      queue.putNowait(item);
      return queue.getNowait();
    });
    expect(taken.every(({ length }) => length === item.length)).toBe(true);
  };
  const faults = (): number => process.resourceUsage().minorPageFault;
  through();
  // the second waits until what the first has found is freed
  for (let i = 0; i < 2; i++) (globalThis as unknown as { gc(): void }).gc();
  const before = faults();
  through();
  expect(faults() - before).toBeLessThan((50 * item.length) / 4096 / 2);
});

test('memory grows for those who had the queue before', async () => {
  using there = new Queue<Buffer>();
  using back = new Queue<Buffer>();
  const child = started(tasks.passesOn, there, back);
  for (const size of [10, 5000, 1_000_000, 3]) {
    await there.put(Buffer.alloc(size, size % 251));
    const item = await back.get();
    expect([item.length, item.every((byte) => byte === size % 251)]).toEqual([size, true]);
  }
  for (let i = 0; i < 50; i++) there.putNowait(Buffer.alloc(30_000, i));
  for (let i = 0; i < 50; i++) expect((await back.get())[29_999]).toBe(i);
  there.shutdown();
  await ended(child);
});

describe('items with descriptors', () => {
  test('sockets move to whoever takes them', async () => {
    using queue = new Queue<Socket | null>();
    const children = [started(tasks.servesSync, queue), started(tasks.servesSync, queue)];
    const ends: Socket[] = [];
    for (let i = 0; i < 30; i++) {
      const [near, far] = socketpair();
      ends.push(far);
      await queue.put(near);
      expect(near.closed).toBe(true);
    }
    const pids = new Set<string>();
    for (const end of ends) {
      pids.add(String(await end.recvUntil('\n')).trim());
      expect((await end.recv(1)).length).toBe(0);
      end.close();
    }
    for (const pid of pids) expect(children.map((child) => String(child.pid))).toContain(pid);
    for (const _ of children) queue.putNowait(null);
    await ended(...children);
  });

  test('locks, connections and queues are shared or moved by an item, in this process too', async () => {
    using queue = new Queue();
    const lock = new Lock();
    const [report, reported] = Pipe<boolean>();
    const child = started(tasks.locksFrom, queue as Queue<Lock>, reported);
    lock.acquireSync();
    queue.putNowait(lock);
    expect(await report.recv()).toBe(false);
    await ended(child);
    lock.release();
    const [a, b] = Pipe();
    using other = new Queue();
    await queue.put({ other, b });
    const got = (await queue.get()) as { other: Queue; b: typeof b };
    other.putNowait(7);
    a.sendSync('x');
    expect([got.other.getNowait(), got.b.recvSync()]).toEqual([7, 'x']);
    for (const each of [got.other, got.b, a, report]) each.close();
  });

  test('they keep their order with all others, by awaiting and by blocking calls', async () => {
    using queue = new Queue();
    const file = new OpenFile(openSync('/dev/null', 'r'));
    const items = Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? [i, file, file] : i));
    for (const [i, item] of items.entries()) {
      if (i % 2 === 0) queue.putSync(item);
      else await queue.put(item);
    }
    for (const [i, item] of items.entries()) {
      const got = i % 5 === 0 ? queue.getSync() : await queue.get();
      if (typeof item === 'number') expect(got).toBe(i);
      else {
        const [number, one, same] = got as [number, OpenFile, OpenFile];
        expect([number, one.inode, one === same]).toEqual([i, file.inode, true]);
        one[Symbol.dispose]();
      }
    }
    file[Symbol.dispose]();
  });

  test('a full socket is a full queue, and who waits goes on when one is taken', async () => {
    using queue = new Queue<OpenFile>();
    const file = new OpenFile(openSync('/dev/null', 'r'));
    let count = 0;
    expect(() => {
      for (; ; count++) queue.putNowait(file);
    }).toThrow(Full);
    expect(count).toBeGreaterThan(50);
    await expect(queue.put(file, { timeout: 0.01 })).rejects.toThrow(Full);
    const waiting = queue.put(file);
    for (let i = 0; i < count + 1; i++) (await queue.get())[Symbol.dispose]();
    await waiting;
    expect(queue.empty()).toBe(true);
    file[Symbol.dispose]();
  });

  test('what is not put stays whole', async () => {
    using queue = new Queue(1);
    queue.putNowait('first');
    const [near, far] = socketpair();
    expect(() => queue.putNowait(near)).toThrow(Full);
    await expect(queue.put([near], { timeout: 0.01 })).rejects.toThrow(Full);
    queue.getNowait();
    expect(() => queue.putNowait([near, () => 1])).toThrow('item[1]: The function at');
    await far.sendall('x');
    expect(String(await near.recv(1))).toBe('x');
    expect(queue.empty()).toBe(true);
    near.close();
    far.close();
  });

  test('nothing stays open of items that nobody takes', async () => {
    const file = new OpenFile(openSync('/dev/null', 'r'));
    const [near, far] = socketpair();
    using queue = new Queue();
    queue.putNowait([near]);
    queue.shutdown(true);
    expect((await far.recv(1)).length).toBe(0);
    const [c, d] = socketpair();
    const other = new Queue();
    other.putNowait(c);
    other.close();
    expect((await d.recv(1)).length).toBe(0);
    for (const each of [far, d]) each.close();
    file[Symbol.dispose]();
  });

  test('they can be taken, not looked at', () => {
    using queue = new Queue();
    const file = new OpenFile(openSync('/dev/null', 'r'));
    queue.putNowait(1);
    expect(queue.items).toEqual([1]);
    queue.putNowait(file);
    expect(() => queue.items).toThrow('an item with a descriptor can only be taken, not looked at');
    file[Symbol.dispose]();
  });

  test('more than 253 are refused', () => {
    using queue = new Queue();
    const file = new OpenFile(openSync('/dev/null', 'r'));
    const files = Array.from({ length: 254 }, () => new OpenFile(file.fd));
    expect(() => queue.putNowait(files)).toThrow('an item carries at most 253: put it in parts');
    queue.putNowait(files.slice(1));
    for (const each of queue.getNowait() as OpenFile[]) each[Symbol.dispose]();
    file[Symbol.dispose]();
  });
});

test('what belongs to this process is refused by put, and the queue stays as it was', async () => {
  using queue = new Queue();
  const sentence = 'item: memory or a port of this process is in it, which no other process can have';
  expect(() => queue.putNowait(new SharedArrayBuffer(1))).toThrow(sentence);
  await expect(queue.put([new ThreadLock()])).rejects.toThrow(sentence);
  expect(() => queue.putSync(() => 1)).toThrow('is not an exported function');
  expect([queue.empty(), queue.unfinishedTasks]).toEqual([true, 0]);
});

test('a full memory is a MemoryError, and the queue goes on', async () => {
  using queue = new Queue<Buffer | string>();
  const [report, reported] = Pipe();
  const child = started(tasks.fillsMemory, queue as Queue, reported);
  const [isMemoryError, message, count, length, size] = (await report.recv()) as [
    boolean,
    string,
    number,
    number,
    number,
  ];
  expect([isMemoryError, length, size]).toEqual([true, 100_000, count]);
  expect(message).toMatch(/the queue's items need \d+ bytes of shared memory: give it a maxsize/);
  await ended(child);
  for (let i = 1; i < count; i++) expect((queue.getNowait() as Buffer)[0]).toBe(i);
  expect(queue.getNowait()).toBe('after');
  report.close();
});

describe('a closed queue', () => {
  test('refuses everything here, and others go on', async () => {
    const queue = new Queue();
    using other = new Queue<Queue>();
    other.putNowait(queue);
    using same = other.getNowait();
    const waiting = queue.get();
    expect(() => queue.joinThread()).toThrow(new AssertionError('Queue is not closed'));
    queue.close();
    queue.close();
    await expect(waiting).rejects.toThrow(new ValueError('Queue is closed'));
    await expect(queue.put(1)).rejects.toThrow('Queue is closed');
    expect(() => queue.getNowait()).toThrow('Queue is closed');
    expect(queue.empty()).toBe(true);
    queue.joinThread();
    queue.cancelJoinThread();
    same.putNowait(1);
    expect(same.getNowait()).toBe(1);
  });

  test('a simple one raises OSError, as Python', () => {
    const queue = new SimpleQueue();
    queue.put(1);
    queue.close();
    for (const call of [() => queue.put(1), () => queue.getNowait(), () => queue.empty()])
      expect(call).toThrow(expect.objectContaining({ name: 'OSError', message: 'handle is closed' }));
  });

  test('one that nobody has any more is closed by itself', async () => {
    const before = descriptors();
    for (let i = 0; i < 5; i++) new Queue().putNowait(i);
    await afterCollection(before);
  });
});

test('threads of a process have it too', async () => {
  using queue = new Queue();
  await threaded(queue);
});

describe('a process is killed', () => {
  test('while it puts: what it had put is there, in order, and the queue goes on', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 3; round++) {
      using queue = new Queue(50);
      const [start, starting] = Pipe();
      const child = started(tasks.putsForEver, queue, starting);
      await start.recv();
      let next = 0;
      const take = (item: unknown): void => {
        const [number, file] = Array.isArray(item) ? (item as [number, OpenFile]) : [item, undefined];
        file?.[Symbol.dispose]();
        expect(number).toBe(next);
        next += 1;
      };
      for (let i = 0; i < 200 + 37 * round; i++) take(await queue.get());
      await killed(child);
      try {
        for (;;) take(queue.getSync({ timeout: 0.01 }));
      } catch (error) {
        expect(error).toBeInstanceOf(Empty);
      }
      queue.putNowait('on');
      expect(queue.getSync()).toBe('on');
      start.close();
    }
  });

  test('while it gets: it takes at most one item along, and the queue goes on', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 3; round++) {
      using queue = new Queue();
      const file = new OpenFile(openSync('/dev/null', 'r'));
      const count = 600;
      for (let i = 0; i < count; i++) queue.putNowait(i % 10 === 0 ? [i, file] : i);
      const [taken, taking] = Pipe();
      const child = started(tasks.getsForEver, queue, taking);
      const numbers: number[] = [];
      for (let i = 0; i < 100 + 41 * round; i++) numbers.push((await taken.recvBytes()).readUInt32LE());
      await killed(child);
      for (;;) {
        const message = await taken.recvBytes().catch(() => undefined);
        if (message === undefined) break;
        numbers.push(message.readUInt32LE());
      }
      while (!queue.empty()) {
        const item = queue.getSync();
        numbers.push(Array.isArray(item) ? (item[0] as number) : (item as number));
        if (Array.isArray(item)) (item[1] as OpenFile)[Symbol.dispose]();
      }
      expect(numbers.length).toBeGreaterThanOrEqual(count - 1);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      queue.putNowait('on');
      expect(queue.getSync()).toBe('on');
      file[Symbol.dispose]();
      taken.close();
    }
  });
});
