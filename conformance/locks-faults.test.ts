/** Threads that are ended in the middle, Ctrl-C, deadlocks that are found, and programs that do or do not end by themselves. */
import { describe, expect, test } from 'vitest';
import { Condition, Lock, OwnerDiedError, Queue, RLock } from '@p8/threading';
import { threadActors } from './locks/actor.ts';
import { interrupt, run } from './locks/run-program.ts';
import { stillWaits } from './locks/still-waits.ts';

describe.each([
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
] as const)('when the thread that holds a %s is ended', (_name, create) => {
  test.each(threadActors)('$name that waits for it hears of it, and the lock is free', async (kind) => {
    const lock = create();
    await using holder = await threadActors[2]!.start();
    await using waiter = await kind.start();
    await holder.call(lock, 'acquire');
    const acquired = waiter.call(lock, 'acquire');
    expect(await stillWaits(acquired)).toBe(true);
    await holder.kill();
    await expect(acquired).rejects.toMatchObject({ name: 'OwnerDiedError' });
    expect(await waiter.call(lock, 'acquire')).toBe(true);
  });

  test('others that wait for it get it', async () => {
    const lock = create();
    await using holder = await threadActors[2]!.start();
    await holder.call(lock, 'acquire');
    const calls = Array.from({ length: 5 }, () => lock.with(() => 'held').catch((error: unknown) => error));
    await holder.kill();
    const [first, ...others] = await Promise.all(calls);
    expect(first).toBeInstanceOf(OwnerDiedError);
    expect(others).toEqual(['held', 'held', 'held', 'held']);
  });
});

test('a wait that ends with an error ends with the lock held', async () => {
  const condition = new Condition(new Lock());
  await using holder = await threadActors[2]!.start();
  const ended = condition.with(async () => {
    const notified = condition.wait();
    await holder.call(condition, 'acquire');
    await holder.call(condition, 'notify');
    await holder.kill();
    return notified;
  });
  await expect(ended).rejects.toThrow(OwnerDiedError);
  expect(condition.locked()).toBe(false);
});

test('a notification is not given to a thread that was ended', async () => {
  const condition = new Condition(new Lock());
  await using ended = await threadActors[1]!.start();
  await ended.call(condition, 'acquire');
  ended.call(condition, 'wait').catch(() => undefined);
  await condition.acquire();
  const notified = condition.wait();
  await ended.kill();
  await condition.with(() => condition.notify());
  expect(await notified).toBe(true);
});

describe('blocking is refused where it could never end', () => {
  test('because a task of this thread holds the lock', async () => {
    const lock = new Lock();
    await lock.acquire();
    expect(() => lock.acquireSync()).toThrow(/would wait for ever: a task of this thread/);
    expect(lock.acquireSync({ timeout: 0.01 })).toBe(false);
  });

  test('because this thread holds the lock and nobody else has it', () => {
    const lock = new Lock();
    lock.acquireSync();
    expect(() => lock.acquireSync()).toThrow(/would wait for ever: this thread/);
  });

  test('because another task of this thread holds the RLock', async () => {
    const lock = new RLock();
    const held = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const task = (async () => {
      await lock.with(async () => {
        held.resolve(undefined);
        await end.promise;
      });
    })();
    await held.promise;
    expect(() => lock.acquireSync()).toThrow(/another task of this thread holds the lock/);
    end.resolve(undefined);
    await task;
  });
});

const shared = `
  import { Barrier, Condition, Event, Lock, Queue, RLock, Semaphore, reduce } from '@p8/threading';
  const event = new Event(), lock = new Lock(), queue = new Queue(1), semaphore = new Semaphore(0), barrier = new Barrier(2);
  const condition = new Condition(lock);
  for (const each of [event, lock, queue, semaphore, barrier]) each[reduce](); // as if another thread had it
  process.stdout.write('waits\\n');
`;

test.each([
  ['event.waitSync()', 'event.isSet()', false],
  ['lock.acquireSync(), lock.acquireSync()', 'lock.locked()', true],
  ['semaphore.acquireSync()', 'semaphore.value', 0],
  ['queue.getSync()', 'queue.qsize()', 0],
  ['queue.putNowait(1), queue.putSync(2)', 'queue.items.join()', 1],
  ['queue.putNowait(1), queue.joinSync()', 'queue.unfinishedTasks', 1],
  ['barrier.waitSync()', 'barrier.broken', true],
  ['condition.withSync(() => condition.waitSync())', 'lock.locked()', false],
  ['lock.acquireSync(), condition.waitSync()', 'lock.locked()', true],
  ['condition.withSync(() => condition.waitForSync(() => false))', 'lock.locked()', false],
])('Ctrl-C ends %s with KeyboardInterrupt, after which %s is %s', async (call, state, value) => {
  const program = `${shared} try { ${call} } finally { console.log(${state}) }`;
  const { status, output, errors } = await run(program, interrupt);
  expect(output).toBe(`waits\n${value}\n`);
  expect(errors).toContain('KeyboardInterrupt');
  expect(status).toBe(130);
});

test('a listener for Ctrl-C is called, and the wait goes on', async () => {
  const program = `${shared} process.on('SIGINT', () => event.set()); console.log(event.waitSync());`;
  expect(await run(program, interrupt)).toMatchObject({ status: 0, output: 'waits\ntrue\n' });
});

test('what a listener for Ctrl-C raises ends the wait', async () => {
  const program = `${shared} process.on('SIGINT', () => { throw new RangeError('mine') });
    try { queue.getSync() } catch (error) { console.log(error.message, queue.qsize()) }`;
  expect(await run(program, interrupt)).toMatchObject({ status: 0, output: 'waits\nmine 0\n' });
});

test('a program that awaits a lock stays alive, and ends when nobody waits any more', async () => {
  const program = `${shared} await lock.acquire(); setTimeout(() => lock.release(), 50).unref(); await lock.acquire();
    console.log('got it'); void lock.acquire({ timeout: 0.01 }).then(console.log);`;
  expect(await run(program)).toMatchObject({ status: 0, output: 'waits\ngot it\nfalse\n' });
});

test('queues that nobody waits on keep no program alive', async () => {
  expect(await run(`${shared} queue.putNowait({ memory: new SharedArrayBuffer(8) });`)).toMatchObject({ status: 0 });
});

test('a queue goes on after a thread that used it was ended in any moment', async () => {
  const queue = new Queue<number>(8);
  for (let turn = 0; turn < 5; turn++) {
    await using busy = await threadActors[2]!.start();
    for (let call = 0; call < 50; call++) busy.call(queue, 'put', call).catch(() => undefined);
    for (let item = 0; item < 3 * turn; item++) await queue.get();
    await busy.kill();
  }
  while (!queue.empty()) queue.getNowait();
  await queue.put(5);
  expect(await queue.get()).toBe(5);
});
