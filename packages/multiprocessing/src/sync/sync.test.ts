import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryError, RuntimeError, ValueError } from '@p8/errors';
import { dump, loadSync } from '@p8/pickle';
import * as threading from '@p8/threading';
import { debugLocks, Thread } from '@p8/threading';
import type { LockReport } from '@p8/threading';
import { Pipe } from '../connection/pipe.ts';
import { getContext } from '../process/context.ts';
import { Process } from '../process/process.ts';
import * as tasks from '../../test/sync-tasks.ts';
import { allocate } from './arena.ts';
import { Barrier } from './barrier.ts';
import { Condition } from './condition.ts';
import { Event } from './event.ts';
import { Lock, RLock } from './lock.ts';
import { makeSegment, receiveSegment } from './segment.ts';
import { BoundedSemaphore, Semaphore } from './semaphore.ts';
import { RawArray, SharedArray } from './shared-array.ts';
import { copy, synchronized } from './synchronized.ts';
import { RawValue, Value } from './value.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What of our memory without names this process has mapped, and open. */
function held(): { readonly mappings: number; readonly descriptors: number } {
  const mappings = readFileSync('/proc/self/maps', 'utf8').match(/memfd:p8 /g)?.length ?? 0;
  return { mappings, descriptors: readdirSync('/proc/self/fd').length };
}

/** Whether no more is held than before; what the tests before have left may be freed meanwhile. */
function isFreed(before: ReturnType<typeof held>): boolean {
  gc();
  const now = held();
  return now.mappings <= before.mappings && now.descriptors <= before.descriptors;
}

async function inChild<Args extends readonly unknown[]>(
  target: (...args: Args) => unknown,
  ...args: Args
): Promise<number | null> {
  const child = new Process({ target, args } as never);
  child.start();
  await child.join();
  const { exitcode } = child;
  child.close();
  return exitcode;
}

// the first start leaves a spare and the table of the program
beforeAll(() => inChild(tasks.nothing));

describe('memory', () => {
  test('small objects share segments, each on lines of its own; large ones have their own', () => {
    const [one, other, large] = [allocate(4), allocate(100), allocate(100_000)];
    expect(other.segment).toBe(one.segment);
    expect(other.offset - one.offset).toBe(64);
    expect(large.segment).not.toBe(one.segment);
    expect([large.offset, large.buffer.byteLength]).toEqual([0, 100_000]);
  });

  test('is freed when all that lie in it are gone', async () => {
    const before = held();
    (() => {
      const arrays = Array.from({ length: 10 }, () => new RawArray('i', 100_000));
      expect(held().mappings).toBe(before.mappings + arrays.length);
    })();
    await expect.poll(() => isFreed(before)).toBe(true);
  });

  test('that processes got is freed when they have ended', async () => {
    const before = held();
    await (async () => {
      expect(await inChild(tasks.add, new RawArray('d', 10_000), new Lock())).toBe(0);
    })();
    await expect.poll(() => isFreed(before)).toBe(true);
  });

  test('more than there is raises MemoryError', () => {
    expect(() => new RawArray('B', 2 ** 48)).toThrow(MemoryError);
    expect(() => makeSegment(2 ** 48)).toThrow(/there is room for/);
  });

  test('nobody can cut off what others have mapped', async () => {
    const array = new RawArray('i', 100_000);
    expect(await inChild(tasks.cutsOff, array)).toBe(0);
    expect(array.get(-1)).toBe(0);
  });

  test('of another program is refused', () => {
    expect(() => receiveSegment({ take: () => 0 }, 1)).toThrow(/another program/);
  });
});

describe('objects', () => {
  test('are the same in a process, in a thread of it, and in a message', async () => {
    const objects = [
      new Lock(),
      new RLock(),
      new Condition(),
      new Condition(new Lock()),
      new Semaphore(3),
      new BoundedSemaphore(3),
      new Event(),
      new Barrier(3, { timeout: 5 }),
      new Value('q', 7n),
      new RawValue('d', 1.5),
      new SharedArray('c', 'text'),
      new RawArray('?', [true, false]),
    ];
    const [here, there] = Pipe();
    const child = new Process({ target: tasks.describes, args: [there, objects] });
    child.start();
    await here.send({ again: objects });
    const texts = objects.map(tasks.described);
    for (const where of ['process', 'thread', 'message']) expect([where, await here.recv()]).toEqual([where, texts]);
    await child.join();
    child.close();
    here.close();
  });

  test('that come back are in the same memory', () => {
    const value = new RawValue('i', 1);
    const parcel = dump(value);
    const again = loadSync(parcel.data) as RawValue<'i'>;
    parcel.sent();
    again.value = 5;
    expect([value.value, again.memory]).toEqual([5, expect.objectContaining({ received: true })]);
    expect((again.memory as { segment?: unknown }).segment).toBe((value.memory as { segment?: unknown }).segment);
  });

  test('go through children to their children', async () => {
    const [value, lock] = [new RawValue('i', 0), new Lock()];
    expect(await inChild(tasks.passesOn, value, lock, 1)).toBe(0);
    expect(value.value).toBe(2);
  });

  test('of a context are of the same classes', () => {
    const context = getContext('spawn');
    expect([context.Lock, context.Value, context.Array, context.Barrier]).toEqual([Lock, Value, SharedArray, Barrier]);
  });
});

describe('values', () => {
  test('are changed by processes under their lock', async () => {
    const [value, array] = [new Value('i', 0), new SharedArray('i', 4)];
    const children = Array.from({ length: 3 }, () => inChild(tasks.increments, value, array, 500));
    expect(await Promise.all(children)).toEqual([0, 0, 0]);
    expect([value.value, ...array]).toEqual([1500, 1500, 0, 0, 0]);
  });

  test('take only locks that processes share', () => {
    const lock = new Lock();
    expect(new Value('i', 0, { lock }).getLock()).toBe(lock);
    expect(new Value('i').getLock()).toBeInstanceOf(RLock);
    expect(() => new Value('i', 0, { lock: new threading.Lock() })).toThrow(/not the Lock of threads/);
    expect(() => new SharedArray('i', 1, { lock: false as never })).toThrow(/RawArray/);
    expect(() => new Condition(new threading.Lock())).toThrow(TypeError);
    expect(() => new RawValue('x' as 'i')).toThrow(ValueError);
  });

  test('get a lock by synchronized, lose it by getObj, and are copied', () => {
    const raw = new RawArray('h', [1, 2]);
    const array = synchronized(raw);
    array.withSync(() => array.set(0, 5));
    expect([...raw, ...array.getObj()]).toEqual([5, 2, 5, 2]);
    const twin = copy(array);
    twin.set(1, 9);
    expect([...array]).toEqual([5, 2]);
    expect(copy(new Value('B', 3)).value).toBe(3);
    expect(synchronized(new RawValue('i', 4)).getObj().value).toBe(4);
  });
});

test('debugLocks watches the locks of processes too', () => {
  const reports: LockReport[] = [];
  using _watch = debugLocks({ report: (report) => reports.push(report) });
  const [one, other] = [new Lock(), new RLock()];
  one.withSync(() => other.withSync(() => undefined));
  other.withSync(() => one.withSync(() => undefined));
  expect(reports.map(({ kind }) => kind)).toEqual(['order']);
});

test('a thread has a number of its own, and another one after it', async () => {
  const lock = new RLock();
  lock.acquireSync();
  const thread = new Thread({ target: tasks.fails, args: [lock] });
  thread.start();
  await expect(thread.join()).rejects.toThrow(RuntimeError);
  lock.release();
});
