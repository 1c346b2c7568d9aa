/**
 * One suite for every lock-like class, over every pair of actors. Re-expressed from CPython's `Lib/test/lock_tests.py`; the
 * names of its tests stand behind ours.
 */
import { describe, expect, test } from 'vitest';
import type { LockLike } from '@p8/threading';
import type { Actor, ActorKind } from './actor.ts';
import { stillWaits } from './still-waits.ts';

/** What the suite needs of an object that is acquired and released. */
export interface LockSubject {
  readonly name: string;
  readonly create: () => LockLike & { locked?(): boolean };
  /** Whether another than its holder may release it. */
  readonly ownedByHolder: boolean;
  /** Whether its holder may take it again. */
  readonly reentrant: boolean;
  /** What releasing it when it is free says; nothing if that is allowed. */
  readonly releasedFree?: RegExp;
}

export function lockSuite(subject: LockSubject, kinds: readonly ActorKind[]): void {
  const { create } = subject;

  describe(`${subject.name}, one caller`, () => {
    test('is taken and given back, in both forms (BaseLockTests.test_acquire_release, test_try_acquire)', async () => {
      const lock = create();
      expect(lock.acquireSync()).toBe(true);
      lock.release();
      expect(await lock.acquire()).toBe(true);
      lock.release();
      expect(lock.acquireSync({ blocking: false })).toBe(true);
      lock.release();
      lock.acquireNowait();
      lock.release();
    });

    test('says whether it is held (BaseLockTests.test_locked_repr)', () => {
      const lock = create();
      if (lock.locked === undefined) return;
      expect(lock.locked()).toBe(false);
      lock.acquireSync();
      expect(lock.locked()).toBe(true);
      lock.release();
      expect(lock.locked()).toBe(false);
    });

    test('is held during the body of with, also of one that fails (BaseLockTests.test_with)', async () => {
      const lock = create();
      const failing = () => {
        throw new RangeError('body');
      };
      expect(lock.withSync(() => 5)).toBe(5);
      expect(() => lock.withSync(failing)).toThrow(RangeError);
      expect(await lock.with(() => 'value')).toBe('value');
      await expect(lock.with(failing)).rejects.toThrow(RangeError);
      lock.acquireNowait();
      lock.release();
    });

    test('refuses a body of withSync that goes on after it, and is free then', () => {
      const lock = create();
      expect(() => lock.withSync(() => Promise.resolve())).toThrow(/await lock\.with/);
      lock.acquireNowait();
      lock.release();
    });

    test('is held as long as the guard is, and released once', async () => {
      const lock = create();
      {
        using held = lock.holdSync();
        held.release();
      }
      {
        using _held = await lock.hold();
      }
      lock.acquireNowait();
      lock.release();
    });

    test('refuses wrong arguments, before anything is taken (BaseLockTests.test_timeout)', async () => {
      const lock = create();
      expect(() => lock.acquireSync({ blocking: false, timeout: 1 })).toThrow(/non-blocking/);
      expect(() => lock.acquireSync({ timeout: -5 })).toThrow(/timeout/);
      expect(() => lock.acquireSync({ timeout: Number.NaN })).toThrow(/timeout/);
      expect(() => lock.acquireSync({ timeout: 1e100 })).toThrow(/timeout/);
      await expect(lock.acquire({ timeout: '1' as unknown as number })).rejects.toThrow(TypeError);
      expect(lock.acquireSync({ timeout: -1 })).toBe(true);
      lock.release();
    });

    test('takes nothing when its signal was aborted before', async () => {
      const lock = create();
      await expect(lock.acquire({ signal: AbortSignal.abort(new RangeError('ended')) })).rejects.toThrow('ended');
      lock.acquireNowait();
      lock.release();
    });

    if (subject.releasedFree !== undefined) {
      test('cannot be released when it is free (RLockTests.test_release_unacquired)', () => {
        const lock = create();
        expect(() => lock.release()).toThrow(subject.releasedFree);
        lock.acquireSync();
        lock.release();
        expect(() => lock.release()).toThrow(subject.releasedFree);
      });
    }

    if (subject.reentrant) {
      test('is taken again by its holder (RLockTests.test_reacquire)', async () => {
        const lock = create();
        lock.acquireSync();
        lock.acquireSync();
        lock.release();
        expect(lock.locked?.()).toBe(true);
        lock.release();
        await lock.acquire();
        await lock.acquire();
        expect(lock.acquireSync({ blocking: false })).toBe(true);
        lock.release();
        lock.release();
        expect(lock.locked?.()).toBe(true);
        lock.release();
        expect(lock.locked?.()).toBe(false);
        await lock.with(() => lock.with(() => lock.withSync(() => lock.acquireSync())));
        expect(lock.locked?.()).toBe(true);
      });
    }
  });

  for (const first of kinds) {
    for (const second of kinds) {
      describe(`${subject.name}: ${first.name}, then ${second.name}`, () => {
        pair(subject, first, second);
      });
    }
  }
}

function pair({ create, ownedByHolder }: LockSubject, first: ActorKind, second: ActorKind): void {
  async function actors(run: (one: Actor, two: Actor, lock: object) => Promise<void>): Promise<void> {
    await using one = await first.start();
    await using two = await second.start();
    await run(one, two, create());
  }

  test('the second waits until the first has released (BaseLockTests.test_acquire_contended)', () =>
    actors(async (one, two, lock) => {
      expect(await one.call(lock, 'acquire')).toBe(true);
      const acquired = two.call(lock, 'acquire');
      expect(await stillWaits(acquired)).toBe(true);
      await one.call(lock, 'release');
      expect(await acquired).toBe(true);
      expect(await one.call(lock, 'acquireSync', { blocking: false })).toBe(false);
      await two.call(lock, 'release');
      expect(await one.call(lock, 'acquire')).toBe(true);
    }));

  test('the second gives up at its time limit, and is not in the way then (BaseLockTests.test_timeout)', () =>
    actors(async (one, two, lock) => {
      await one.call(lock, 'acquire');
      expect(await two.call(lock, 'acquire', { timeout: 0.01 })).toBe(false);
      expect(await two.call(lock, 'acquire', { timeout: 0 })).toBe(false);
      expect(await two.call(lock, 'acquireSync', { blocking: false })).toBe(false);
      await one.call(lock, 'release');
      expect(await two.call(lock, 'acquire', { timeout: 10 })).toBe(true);
    }));

  test('a waiter that gives up does not keep the next from it', () =>
    actors(async (one, two, lock) => {
      await using third = await second.start();
      await one.call(lock, 'acquire');
      const short = two.call(lock, 'acquire', { timeout: 0.02 });
      const long = third.call(lock, 'acquire');
      expect(await short).toBe(false);
      await one.call(lock, 'release');
      expect(await long).toBe(true);
    }));

  test('a waiter whose thread is ended does not keep the next from it', () =>
    actors(async (one, two, lock) => {
      if (!second.endable) return;
      await using third = await second.start();
      await one.call(lock, 'acquire');
      const ended = two.call(lock, 'acquire');
      expect(await stillWaits(ended)).toBe(true);
      const next = third.call(lock, 'acquire');
      expect(await stillWaits(next)).toBe(true);
      await two.kill();
      await one.call(lock, 'release');
      expect(await next).toBe(true);
    }));

  test('it goes to and fro', () =>
    actors(async (one, two, lock) => {
      await one.call(lock, 'acquire');
      for (let turn = 0; turn < 50; turn++) {
        const acquired = two.call(lock, 'acquire');
        await one.call(lock, 'release');
        await acquired;
        const back = one.call(lock, 'acquire');
        await two.call(lock, 'release');
        await back;
      }
      await one.call(lock, 'release');
    }));

  test(ownedByHolder ? 'only its holder releases it (RLockTests)' : 'another may release it (LockTests)', () =>
    actors(async (one, two, lock) => {
      await one.call(lock, 'acquire');
      const released = two.call(lock, 'release');
      if (ownedByHolder) await expect(released).rejects.toMatchObject({ message: 'cannot release un-acquired lock' });
      else await released;
      expect(await two.call(lock, 'acquireSync', { blocking: false })).toBe(!ownedByHolder);
    }),
  );
}
