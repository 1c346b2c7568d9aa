/**
 * One suite for events, conditions and barriers, over every pair of actors. Re-expressed from CPython's `Lib/test/lock_tests.py`; the
 * names of its tests stand behind ours.
 */
import { describe, expect, test } from 'vitest';
import type { Barrier, Condition, Event } from '@p8/threading';
import type { Actor, ActorKind } from './actor.ts';
import { stillWaits } from './still-waits.ts';

/** What the suite makes its objects with. */
export interface MeetingSubjects {
  createEvent(): Event;
  createCondition(): Condition;
  createBarrier(parties: number): Barrier;
}

export function meetingSuite(subjects: MeetingSubjects, kinds: readonly ActorKind[]): void {
  for (const first of kinds) {
    for (const second of kinds) {
      describe(`${first.name} and ${second.name}`, () => pair(subjects, first, second));
    }
  }
}

function pair(subjects: MeetingSubjects, first: ActorKind, second: ActorKind): void {
  async function actors(run: (one: Actor, two: Actor) => Promise<void>): Promise<void> {
    await using one = await first.start();
    await using two = await second.start();
    await run(one, two);
  }

  test('who waits for an event goes on when it is set, until it is cleared (EventTests.test_notify)', () =>
    actors(async (one, two) => {
      const event = subjects.createEvent();
      const waiting = two.call(event, 'wait');
      expect(await stillWaits(waiting)).toBe(true);
      await one.call(event, 'set');
      expect(await waiting).toBe(true);
      await one.call(event, 'clear');
      expect(await two.call(event, 'isSet')).toBe(false);
      expect(await two.call(event, 'wait', { timeout: 0.01 })).toBe(false);
      await one.call(event, 'set');
      expect(await two.call(event, 'wait')).toBe(true);
    }));

  test('a notification wakes one, and notifyAll the others (ConditionTests.test_notify)', () =>
    actors(async (one, two) => {
      await using three = await second.start();
      const condition = subjects.createCondition();
      const ends: string[] = [];
      const waits: Promise<void>[] = [];
      for (const actor of [two, three]) {
        // free when the one before waits
        await actor.call(condition, 'acquire');
        waits.push(endOf(actor, condition, ends));
      }
      await one.call(condition, 'acquire');
      await one.call(condition, 'notify');
      await one.call(condition, 'release');
      await Promise.race(waits);
      expect(ends).toHaveLength(1);
      await one.call(condition, 'acquire');
      await one.call(condition, 'notifyAll');
      await one.call(condition, 'release');
      await Promise.all(waits);
      expect(ends).toEqual(['true', 'true']);
    }));

  test('a wait for a notification has a time limit, and ends with the lock held (ConditionTests.test_timeout)', () =>
    actors(async (one, two) => {
      const condition = subjects.createCondition();
      await one.call(condition, 'acquire');
      expect(await one.call(condition, 'wait', { timeout: 0.01 })).toBe(false);
      expect(await two.call(condition, 'acquireSync', { blocking: false })).toBe(false);
      await one.call(condition, 'release');
    }));

  test('all go on when the last has come, again and again (BarrierTests.test_wait)', () =>
    actors(async (one, two) => {
      const barrier = subjects.createBarrier(2);
      for (let round = 0; round < 10; round++) {
        const indices = await Promise.all([one, two].map((actor) => actor.call<number>(barrier, 'wait')));
        expect(indices.toSorted((a, b) => a - b)).toEqual([0, 1]);
      }
    }));

  test('who gives up breaks the barrier for the other, until a reset (BarrierTests.test_abort_and_reset)', () =>
    actors(async (one, two) => {
      const barrier = subjects.createBarrier(3);
      const waiting = one.call(barrier, 'wait');
      expect(await stillWaits(waiting)).toBe(true);
      const failed = expect(waiting).rejects.toMatchObject({ name: 'BrokenBarrierError' });
      await expect(two.call(barrier, 'wait', { timeout: 0.01 })).rejects.toMatchObject({ name: 'BrokenBarrierError' });
      await failed;
      expect(barrier.broken).toBe(true);
      await two.call(barrier, 'reset');
      expect(barrier.broken).toBe(false);
    }));
}

/** Waits, with the lock held, and gives it back. */
async function endOf(actor: Actor, condition: Condition, ends: string[]): Promise<void> {
  ends.push(String(await actor.call(condition, 'wait')));
  await actor.call(condition, 'release');
}
