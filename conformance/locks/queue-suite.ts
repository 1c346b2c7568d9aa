/**
 * One suite for every queue, over every pair of actors. Re-expressed from CPython's `Lib/test/test_queue.py`; the names of
 * its tests stand behind ours.
 */
import { describe, expect, test } from 'vitest';
import { Empty, Full, Queue, ShutDown } from '@p8/threading';
import type { Actor, ActorKind } from './actor.ts';
import { stillWaits } from './still-waits.ts';

export interface QueueSubject {
  readonly name: string;
  readonly create: (maxsize?: number) => Queue<number>;
  /** How 111, 333, 222, put in this order, come back. */
  readonly order: readonly number[];
}

export function queueSuite({ name, create, order }: QueueSubject, kinds: readonly ActorKind[]): void {
  describe(`${name}, one caller`, () => {
    test('gives items back in its order (simple_queue_test)', async () => {
      const queue = create();
      for (const item of [111, 333, 222]) queue.putNowait(item);
      expect(queue.qsize()).toBe(3);
      expect([queue.getSync(), await queue.get(), queue.getNowait()]).toEqual(order);
      expect(queue.empty()).toBe(true);
    });

    test('is full at its maxsize, and empty without items (simple_queue_test)', async () => {
      const queue = create(2);
      queue.putSync(1);
      expect(queue.full()).toBe(false);
      await queue.put(2);
      expect(queue.full()).toBe(true);
      expect(() => queue.putNowait(3)).toThrow(Full);
      expect(() => queue.putSync(3, { block: false })).toThrow(Full);
      expect(() => queue.putSync(3, { timeout: 0.01 })).toThrow(Full);
      await expect(queue.put(3, { timeout: 0.01 })).rejects.toThrow(Full);
      await expect(queue.put(3, { block: false })).rejects.toThrow(Full);
      queue.getNowait();
      queue.getNowait();
      expect(() => queue.getNowait()).toThrow(Empty);
      expect(() => queue.getSync({ block: false })).toThrow(Empty);
      expect(() => queue.getSync({ timeout: 0.01 })).toThrow(Empty);
      await expect(queue.get({ timeout: 0.01 })).rejects.toThrow(Empty);
      await expect(queue.get({ block: false })).rejects.toThrow(Empty);
      expect(() => queue.getSync({ timeout: -1 })).toThrow(/timeout/);
      await expect(queue.put(1, { timeout: -1 })).rejects.toThrow(/timeout/);
    });

    test('its maxsize may change; 0 and less are no limit (test_maxsize)', () => {
      const queue = create(-1);
      for (let item = 0; item < 100; item++) queue.putNowait(item);
      expect(queue.full()).toBe(false);
      queue.maxsize = 100;
      expect(queue.full()).toBe(true);
    });

    test('counts its tasks (test_queue_task_done, test_queue_join)', async () => {
      const queue = create();
      expect(() => queue.taskDone()).toThrow('task_done() called too many times');
      queue.putNowait(1);
      queue.putNowait(2);
      const joined = queue.join();
      expect(queue.joinSync({ timeout: 0.01 })).toBe(false);
      queue.taskDone();
      expect(await stillWaits(joined)).toBe(true);
      queue.taskDone();
      expect(await joined).toBe(true);
      expect(queue.joinSync()).toBe(true);
      expect(() => queue.taskDone()).toThrow('task_done() called too many times');
    });

    test('gives out what it has after a shutdown, and takes nothing (test_shutdown_put, test_shutdown_get)', async () => {
      const queue = create();
      queue.putNowait(1);
      queue.shutdown();
      expect(queue.isShutdown).toBe(true);
      expect(() => queue.putNowait(2)).toThrow(ShutDown);
      await expect(queue.put(2)).rejects.toThrow(ShutDown);
      expect(await queue.get()).toBe(1);
      expect(() => queue.getNowait()).toThrow(ShutDown);
      expect(() => queue.getSync()).toThrow(ShutDown);
      await expect(queue.get()).rejects.toThrow(ShutDown);
    });

    test('is emptied by an immediate shutdown, and its tasks are done (test_shutdown_immediate)', async () => {
      const queue = create();
      queue.putNowait(1);
      queue.putNowait(2);
      queue.getNowait();
      const joined = queue.join();
      queue.shutdown(true);
      expect(queue.qsize()).toBe(0);
      expect(() => queue.getNowait()).toThrow(ShutDown);
      queue.taskDone();
      expect(await joined).toBe(true);
    });

    test('is iterated until it is shut down', async () => {
      const queue = create();
      for (const item of [111, 333, 222]) queue.putNowait(item);
      queue.shutdown();
      const items: number[] = [];
      for await (const item of queue) items.push(item);
      expect(items).toEqual(order);
    });

    test('an aborted get takes nothing, and an aborted put puts nothing', async () => {
      const queue = create(1);
      const got = queue.get({ signal: AbortSignal.timeout(5) });
      await expect(got).rejects.toThrow(/abort|time/i);
      queue.putNowait(1);
      await expect(queue.put(2, { signal: AbortSignal.timeout(5) })).rejects.toThrow(/abort|time/i);
      expect(queue.items).toEqual([1]);
    });

    test('shows its items without taking them', () => {
      const queue = create();
      for (let item = 0; item < 3; item++) queue.putNowait(item);
      expect(new Set(queue.items)).toEqual(new Set([0, 1, 2]));
      expect(queue.qsize()).toBe(3);
    });
  });

  for (const first of kinds) {
    for (const second of kinds) {
      describe(`${name}: ${first.name}, then ${second.name}`, () => {
        pair(create, order, first, second);
      });
    }
  }
}

function pair(create: QueueSubject['create'], order: readonly number[], first: ActorKind, second: ActorKind): void {
  async function actors(run: (one: Actor, two: Actor) => Promise<void>): Promise<void> {
    await using one = await first.start();
    await using two = await second.start();
    await run(one, two);
  }

  test('get waits for an item (blocking_get)', () =>
    actors(async (one, two) => {
      const queue = create();
      const got = two.call(queue, 'get');
      expect(await stillWaits(got)).toBe(true);
      await one.call(queue, 'put', 5);
      expect(await got).toBe(5);
    }));

  test('put waits for room (blocking_put)', () =>
    actors(async (one, two) => {
      const queue = create(1);
      await one.call(queue, 'put', 5);
      const put = two.call(queue, 'put', 6);
      expect(await stillWaits(put)).toBe(true);
      expect(await one.call(queue, 'get')).toBe(5);
      await put;
      expect(await one.call(queue, 'get')).toBe(6);
    }));

  test('the order holds', () =>
    actors(async (one, two) => {
      const queue = create();
      for (const item of [111, 333, 222]) await one.call(queue, 'put', item);
      const items: unknown[] = [];
      for (const _ of order) items.push(await two.call(queue, 'get'));
      expect(items).toEqual(order);
    }));

  test('who waits hears of a shutdown (test_shutdown_get_task_done_join)', () =>
    actors(async (one, two) => {
      const queue = create(1);
      const got = two.call(queue, 'get');
      expect(await stillWaits(got)).toBe(true);
      await one.call(queue, 'shutdown');
      await expect(got).rejects.toMatchObject({ name: 'ShutDown' });
      const full = create(1);
      await one.call(full, 'put', 1);
      const put = two.call(full, 'put', 2);
      expect(await stillWaits(put)).toBe(true);
      await one.call(full, 'shutdown', true);
      await expect(put).rejects.toMatchObject({ name: 'ShutDown' });
    }));

  test('join waits for the tasks of all', () =>
    actors(async (one, two) => {
      const queue = create();
      await one.call(queue, 'put', 1);
      const joined = two.call(queue, 'join');
      expect(await stillWaits(joined)).toBe(true);
      await one.call(queue, 'get');
      await one.call(queue, 'taskDone');
      expect(await joined).toBe(true);
    }));
}
