import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageChannel } from 'node:worker_threads';
import { transfer } from '@p8/pickle';
import { Empty, Event, LifoQueue, Lock, PriorityQueue, Queue, reduce, ShutDown, SimpleQueue } from '@p8/threading';
import { GET_LOCK, HEAD } from './queue-memory.ts';

const plain = fc.anything({ withBoxedValues: false, withSparseArray: true, withBigInt: true, withDate: true });

test('an item comes back as structuredClone would give it', () => {
  const queue = new SimpleQueue();
  fc.assert(
    fc.property(plain, (item) => {
      queue.put(item);
      expect(queue.getNowait()).toStrictEqual(structuredClone(item));
    }),
  );
});

test('texts of every kind come back', () => {
  const queue = new SimpleQueue<string>();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      queue.put(text);
      expect(queue.getNowait()).toBe(text);
    }),
  );
});

test('bytes come back in the class they had, and are copies', () => {
  const queue = new SimpleQueue<Uint8Array>();
  const bytes = new Uint8Array(100_000).fill(7);
  queue.put(bytes);
  queue.put(Buffer.from('text'));
  bytes.fill(0);
  expect(queue.getNowait()).toStrictEqual(new Uint8Array(100_000).fill(7));
  expect(queue.getNowait()).toStrictEqual(Buffer.from('text'));
});

test('an object that is met twice, or holds itself, stays one', () => {
  const queue = new SimpleQueue<{ one: object; other: object; self?: object }>();
  const part = { n: 1 };
  const item: { one: object; other: object; self?: object } = { one: part, other: part };
  item.self = item;
  queue.put(item);
  const got = queue.getNowait();
  expect(got.one).toBe(got.other);
  expect(got.self).toBe(got);
});

test('shared memory stays shared, in its place in the order', () => {
  const queue = new Queue();
  const memory = new SharedArrayBuffer(4);
  for (const item of [1, { memory }, 3]) queue.putNowait(item);
  expect(queue.getNowait()).toBe(1);
  const { memory: got } = queue.getNowait() as { memory: SharedArrayBuffer };
  new Int32Array(memory)[0] = 5;
  expect(new Int32Array(got)[0]).toBe(5);
  expect(queue.getNowait()).toBe(3);
});

test('what cannot be sent is refused by put, and the queue is as it was', () => {
  const queue = new Queue();
  expect(() => queue.putNowait(() => 1)).toThrow();
  expect(() => queue.putNowait({ deep: [Symbol('s')] })).toThrow(/item.*deep/);
  expect(queue.qsize()).toBe(0);
  expect(queue.unfinishedTasks).toBe(0);
});

/** Puts and takes, as a model does. */
const steps = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3000 }) }, { weight: 2, arbitrary: fc.constant('get' as const) }),
  { maxLength: 300 },
);

interface Model {
  readonly create: () => Queue<number[]>;
  /** Takes the item out of those that are there. */
  readonly take: (items: number[][]) => number[] | undefined;
}

const models: Record<string, Model> = {
  Queue: { create: () => new Queue(), take: (items) => items.shift() },
  LifoQueue: { create: () => new LifoQueue(), take: (items) => items.pop() },
  PriorityQueue: {
    create: () => new PriorityQueue(),
    take: (items) => {
      items.sort((one, other) => one[0]! - other[0]! || one.length - other.length);
      return items.shift();
    },
  },
};

test.each(Object.entries(models))('%s, with items of all lengths, does what its model does', (_name, model) => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const queue = model.create();
      const items: number[][] = [];
      for (const step of sequence) {
        if (step === 'get') {
          const expected = model.take(items);
          if (expected === undefined) expect(() => queue.getNowait()).toThrow(Empty);
          else expect(queue.getNowait()).toEqual(expected);
        } else {
          const item = Array.from({ length: 1 + (step % 700) }, () => step % 11);
          items.push(item);
          queue.putNowait(item);
        }
      }
      expect(queue.qsize()).toBe(items.length);
    }),
    { numRuns: 60 },
  );
});

test('a PriorityQueue orders by a function of its own', () => {
  const queue = new PriorityQueue<{ n: number }>(0, (one, other) => other.n - one.n);
  for (const n of [2, 9, 4, 7]) queue.putNowait({ n });
  expect([0, 1, 2, 3].map(() => queue.getNowait().n)).toEqual([9, 7, 4, 2]);
});

test('a PriorityQueue compares as Python does, and refuses what cannot be compared', () => {
  const queue = new PriorityQueue();
  for (const item of [[1, 'b'], [1, 'a'], [0.5], [1], [1, 'a', 2]]) queue.putNowait(item);
  expect([0, 1, 2, 3, 4].map(() => queue.getNowait())).toEqual([[0.5], [1], [1, 'a'], [1, 'a', 2], [1, 'b']]);
  queue.putNowait([1, { a: 1 }]);
  expect(() => queue.putNowait([1, { b: 2 }])).toThrow("'<' not supported between instances of 'Object' and 'Object'");
  expect(() => queue.putNowait('text')).toThrow(TypeError);
  expect(queue.qsize()).toBe(1);
});

test('a queue whose memory grows while it is used by turns keeps everything', () => {
  const queue = new Queue<string>();
  const expected: string[] = [];
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 20; i++) {
      const item = `${round}.${i}`.repeat(1 + ((round * i) % 97));
      expected.push(item);
      queue.putNowait(item);
    }
    for (let i = 0; i < 15; i++) expect(queue.getNowait()).toBe(expected.shift());
  }
  expect(queue.items).toEqual(expected);
});

test('blocking where nobody could help is refused', () => {
  expect(() => new Queue().getSync()).toThrow(/wait for ever.*await queue.get/);
  const full = new Queue(1);
  full.putNowait(1);
  expect(() => full.putSync(2)).toThrow(/wait for ever.*await queue.put/);
  expect(reduce in new Lock()).toBe(true);
});

test('items of many waiters are served in the order they came', async () => {
  const queue = new Queue<number>();
  const got = Array.from({ length: 100 }, () => queue.get());
  for (let item = 0; item < 100; item++) queue.putNowait(item);
  expect(await Promise.all(got)).toEqual(Array.from({ length: 100 }, (_, item) => item));
});

test('an array with fields of its own keeps them', () => {
  const queue = new SimpleQueue<RegExpMatchArray>();
  const match = /(?<word>o+)/.exec('foo')!;
  queue.put(match);
  expect(queue.getNowait()).toStrictEqual(structuredClone(match));
});

test('a lock in an item is the same lock', () => {
  const queue = new Queue<{ readonly lock: Lock; readonly done: Event }>();
  const item = { lock: new Lock(), done: new Event() };
  queue.putNowait(item);
  const { lock, done } = queue.getNowait();
  lock.acquireSync();
  done.set();
  expect([item.lock.locked(), item.done.isSet()]).toEqual([true, true]);
});

test('bytes that are given away are empty here once they are in the queue', async () => {
  const queue = new Queue<Uint8Array>(1);
  const bytes = new Uint8Array(10).fill(3);
  queue.putNowait(new Uint8Array(1));
  const put = queue.put(transfer(bytes));
  expect(bytes.length).toBe(10);
  queue.getNowait();
  await put;
  expect(bytes.length).toBe(0);
  expect(queue.getNowait()).toStrictEqual(new Uint8Array(10).fill(3));
});

test('a port cannot be in a queue, and stays whole', () => {
  const queue = new Queue();
  const { port1, port2 } = new MessageChannel();
  expect(() => queue.putNowait({ port: port1 })).toThrow(/item.*give it to a thread in `args`/s);
  expect(queue.qsize()).toBe(0);
  port1.postMessage('whole');
  port1.close();
  port2.close();
});

test('a PriorityQueue compares items that hold shared memory, and gives them out', () => {
  const queue = new PriorityQueue<{ readonly n: number; readonly lock: Lock }>(0, (one, other) => one.n - other.n);
  for (const n of [2, 1, 3]) queue.putNowait({ n, lock: new Lock() });
  expect([queue.getNowait().n, queue.getNowait().n, queue.getNowait().n]).toEqual([1, 2, 3]);
});

test('a call that must not wait says that the queue is shut down, in both forms', async () => {
  const queue = new Queue();
  queue.shutdown();
  expect(() => queue.getSync({ block: false })).toThrow(ShutDown);
  await expect(queue.get({ block: false })).rejects.toThrow(ShutDown);
});

test('a call that must not wait does not wait behind those who do', async () => {
  const queue = new Queue<number>();
  const waiting = queue.get();
  queue.putNowait(1);
  expect(await queue.get({ block: false })).toBe(1);
  queue.putNowait(2);
  expect(await waiting).toBe(2);
});

test('joinSync where nobody could say that a task is done is refused', () => {
  const queue = new Queue();
  queue.putNowait(1);
  expect(() => queue.joinSync()).toThrow(/wait for ever.*await queue.join/);
  expect(queue.joinSync({ timeout: 0 })).toBe(false);
});

test('a queue that grows finds out that a getter was ended in the middle', () => {
  const queue = new Queue<string>();
  for (const item of ['lost', 'kept']) queue.putNowait(item);
  const [, [, { words }]] = (queue as unknown as { [reduce](): [unknown, [number, { words: SharedArrayBuffer }]] })[
    reduce
  ]();
  const memory = new Int32Array(words);
  // it had taken an item, and not counted it; then somebody found that its thread was gone
  memory[HEAD] = memory[HEAD]! + 2;
  memory[GET_LOCK] = 2;
  const long = 'x'.repeat(100_000);
  queue.putNowait(long);
  expect(queue.items).toEqual(['kept', long]);
  expect(queue.qsize()).toBe(2);
  expect([queue.getNowait(), queue.getNowait()]).toEqual(['kept', long]);
  expect(() => queue.getNowait()).toThrow(Empty);
});

test('large bytes arrive as what they are, and are a copy', async () => {
  const queue = new Queue<Uint8Array>();
  const bytes = new Uint8Array(100_000).fill(7);
  const buffer = Buffer.alloc(20_000, 'abc');
  const part = new Uint8Array(new ArrayBuffer(50_001), 1).fill(3);
  for (const item of [bytes, buffer, part]) queue.putNowait(item);
  bytes.fill(0);
  expect(queue.items.map((item) => item.length)).toEqual([100_000, 20_000, 50_000]);
  const [one, two, three] = [await queue.get(), queue.getSync(), queue.getNowait()];
  expect([one.constructor.name, two.constructor.name]).toEqual(['Uint8Array', 'Buffer']);
  expect([one.every((byte) => byte === 7), buffer.equals(two)]).toEqual([true, true]);
  expect(three.byteLength === three.buffer.byteLength && three.every((byte) => byte === 3)).toBe(true);
});
