/** Processes and threads that are ended while they hold or await what processes share, Ctrl-C, and programs that do or do not end. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { Condition, Lock, OwnerDiedError, Process, RLock, Value } from '@p8/multiprocessing';
import { Thread } from '@p8/threading';
import { interrupt, run } from './locks/run-program.ts';
import { endPeers, processActors } from './locks/process-actor.ts';
import { stillWaits } from './locks/still-waits.ts';
import * as tasks from './process-tasks.ts';

const [, awaits, blocks] = processActors as [never, (typeof processActors)[0], (typeof processActors)[0]];

afterAll(endPeers);

describe.each([
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
] as const)('when the process that holds a %s is killed', (_name, create) => {
  test.each(processActors)('$name that waits for it hears of it, and the lock is free', async (kind) => {
    const lock = create();
    await using holder = await blocks.start();
    await using waiter = await kind.start();
    await holder.call(lock, 'acquire');
    const acquired = waiter.call(lock, 'acquire');
    expect(await stillWaits(acquired)).toBe(true);
    await holder.kill();
    await expect(acquired).rejects.toMatchObject({ name: 'OwnerDiedError' });
    expect(await waiter.call(lock, 'acquire')).toBe(true);
  });

  test.each(processActors)('$name that comes later hears of it', async (kind) => {
    const lock = create();
    await using holder = await blocks.start();
    await using late = await kind.start();
    await holder.call(lock, 'acquire');
    await holder.kill();
    await expect(late.call(lock, 'acquire')).rejects.toMatchObject({ name: 'OwnerDiedError' });
    expect(await late.call(lock, 'acquire')).toBe(true);
  });

  test('others that wait for it get it', async () => {
    const lock = create();
    await using holder = await blocks.start();
    await using other = await awaits.start();
    await using third = await blocks.start();
    await holder.call(lock, 'acquire');
    const ends = [other, third].map(async (actor) => {
      for (;;) {
        const error = await actor.call(lock, 'acquire').then(
          () => undefined,
          (raised: unknown) => raised as Error,
        );
        if (error !== undefined) return error.name;
        await actor.call(lock, 'release');
        return 'held';
      }
    });
    const here = Array.from({ length: 5 }, () =>
      lock.with(() => 'held').catch((error: unknown) => (error as Error).name),
    );
    await holder.kill();
    const all = await Promise.all([...ends, ...here]);
    expect(all.toSorted()).toEqual(['OwnerDiedError', ...Array.from({ length: 6 }, () => 'held')]);
  });
});

test('when a thread that holds a lock is terminated, others hear of it, here and in another process', async () => {
  for (const wait of ['here', 'elsewhere']) {
    const lock = new Lock();
    const thread = new Thread({ target: tasks.holdForEver, args: [lock], daemon: true });
    thread.start();
    await using other = await blocks.start();
    while (!lock.locked()) await new Promise(setImmediate);
    const acquired = wait === 'here' ? lock.acquire() : other.call(lock, 'acquire');
    expect(await stillWaits(acquired)).toBe(true);
    thread.terminate();
    await expect(acquired).rejects.toMatchObject({ name: 'OwnerDiedError' });
  }
});

test('a process that is killed while it waits does not keep the others from the lock', async () => {
  for (const kind of [awaits, blocks]) {
    const lock = new Lock();
    await lock.acquire();
    await using killed = await kind.start();
    await using other = await blocks.start();
    const waits = [killed.call(lock, 'acquire'), other.call(lock, 'acquire')];
    for (const waiting of waits) expect(await stillWaits(waiting)).toBe(true);
    await killed.kill();
    lock.release();
    expect(await waits[1]).toBe(true);
  }
});

test('a wait that ends with an error ends with the lock held', async () => {
  const condition = new Condition(new Lock());
  await using holder = await blocks.start();
  const ended = condition.with(async () => {
    const notified = condition.wait();
    const heard = expect(notified).rejects.toThrow(OwnerDiedError);
    await holder.call(condition, 'acquire');
    await holder.call(condition, 'notify');
    await holder.kill();
    await heard;
    return notified;
  });
  await expect(ended).rejects.toThrow(OwnerDiedError);
  expect(condition.locked()).toBe(false);
});

test('a notification is not given to a process that was killed', async () => {
  const condition = new Condition(new Lock());
  await using killed = await awaits.start();
  await killed.call(condition, 'acquire');
  killed.call(condition, 'wait').catch(() => undefined);
  await condition.acquire();
  const notified = condition.wait();
  await killed.kill();
  await condition.with(() => condition.notify());
  expect(await notified).toBe(true);
});

test('processes that are killed at any moment leave nothing taken', { timeout: 180_000 }, async () => {
  const [lock, count] = [new Lock(), new Value('i', 0)];
  let died = 0;
  for (let turn = 0; turn < 3; turn++) {
    using child = new Process({ target: tasks.takeForEver, args: [lock, count] });
    child.start();
    const before = count.value;
    while (count.value < before + 1000 * (turn + 1)) await new Promise(setImmediate);
    child.kill();
    await child.join();
    try {
      expect(lock.acquireSync({ timeout: 10 })).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(OwnerDiedError);
      died += 1;
      expect(lock.acquireSync({ timeout: 10 })).toBe(true);
    }
    lock.release();
  }
  expect(died).toBeLessThanOrEqual(3);
});

test('a thread that waits for a lock of processes can be terminated at once', async () => {
  const lock = new Lock();
  await lock.acquire();
  const thread = new Thread({ target: tasks.holdForEver, args: [lock], daemon: true });
  thread.start();
  await expect(stillWaits(thread.join().catch(() => 'ended'))).resolves.toBe(true);
  thread.terminate();
  await thread.join().catch(() => undefined);
  lock.release();
  expect(lock.acquireSync({ timeout: 10 })).toBe(true);
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
});

const shared = `
  import { Barrier, Condition, Event, Lock, Semaphore, reduce } from '@p8/multiprocessing';
  const event = new Event(), lock = new Lock(), semaphore = new Semaphore(0), barrier = new Barrier(2);
  const condition = new Condition(lock);
  for (const each of [event, lock, semaphore, barrier]) each[reduce](); // as if another process had it
  process.stdout.write('waits\\n');
`;

test.each([
  ['event.waitSync()', 'event.isSet()', false],
  ['lock.acquireSync(), lock.acquireSync()', 'lock.locked()', true],
  ['semaphore.acquireSync()', 'semaphore.value', 0],
  ['barrier.waitSync()', 'barrier.broken', true],
  ['condition.withSync(() => condition.waitSync())', 'lock.locked()', false],
  ['lock.acquireSync(), condition.waitSync()', 'lock.locked()', true],
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

test('a program that awaits a lock stays alive, and ends when nobody waits any more', async () => {
  const program = `${shared} await lock.acquire(); setTimeout(() => lock.release(), 50).unref(); await lock.acquire();
    console.log('got it'); void lock.acquire({ timeout: 0.01 }).then(console.log);`;
  expect(await run(program)).toMatchObject({ status: 0, output: 'waits\ngot it\nfalse\n' });
});

test('a worker that ends while its tasks await, and one that is terminated then, end well', async () => {
  for (const end of ['terminate', 'exit']) {
    const worker = new Worker(new URL('locks/awaiting-worker.ts', import.meta.url), { workerData: end });
    await once(worker, end === 'exit' ? 'exit' : 'message');
    await worker.terminate();
  }
});
