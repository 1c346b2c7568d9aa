import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { Condition, debugLocks, Lock, RLock } from '@p8/threading';
import type { LockReport } from '@p8/threading';
import { takeBoth, takeBothAwaiting } from '../test/take-both.ts';

function watched(longHold = 60): { reports: LockReport[]; [Symbol.dispose](): void } {
  const reports: LockReport[] = [];
  const watch = debugLocks({ longHold, report: (report) => reports.push(report) });
  return { reports, [Symbol.dispose]: () => watch[Symbol.dispose]() };
}

test('locks that are taken in different orders are reported, once, with both places', async () => {
  using watch = watched();
  const [one, other] = [new Lock(), new RLock()];
  for (let turn = 0; turn < 3; turn++) {
    takeBoth(one, other);
    await takeBothAwaiting(other, one);
  }
  expect(watch.reports.map(({ kind }) => kind)).toEqual(['order']);
  expect(watch.reports[0]!.message).toMatch(
    /lock (\d+) while lock (\d+) is held, at .*take-both.*; and elsewhere lock \2 while lock \1 was held, at .*take-both/,
  );
});

test('also in a circle of three', () => {
  using watch = watched();
  const [a, b, c] = [new Lock(), new Lock(), new Lock()];
  const take = (first: Lock, second: Lock) => first.withSync(() => second.withSync(() => undefined));
  take(a, b);
  take(b, c);
  expect(watch.reports).toEqual([]);
  take(c, a);
  expect(watch.reports.length).toBe(1);
});

test('tasks that hold locks at the same time, each its own, are not taken for one', async () => {
  using watch = watched();
  const [one, other] = [new Lock(), new Lock()];
  const both = Promise.withResolvers<undefined>();
  const hold = async (lock: Lock) => lock.with(() => both.promise);
  const tasks = [hold(one), hold(other)];
  both.resolve(undefined);
  await Promise.all(tasks);
  const reverse = Promise.withResolvers<undefined>();
  const others = [other.with(() => reverse.promise), one.with(() => reverse.promise)];
  reverse.resolve(undefined);
  await Promise.all(others);
  expect(watch.reports).toEqual([]);
});

test('a try that does not wait, and taking an RLock again, are no order', () => {
  using watch = watched();
  const [one, other] = [new RLock(), new RLock()];
  one.withSync(() => other.withSync(() => one.withSync(() => undefined)));
  other.withSync(() => {
    one.acquireNowait();
    one.release();
  });
  expect(watch.reports).toEqual([]);
});

test('a lock that is held long is reported when it is given back; waiting on a condition is not holding', async () => {
  using watch = watched(1);
  let clock = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const condition = new Condition(new RLock());
  const waited = condition.with(() => condition.wait());
  await Promise.resolve();
  clock += 5000;
  await condition.with(() => condition.notify());
  await waited;
  expect(watch.reports).toEqual([]);
  takeBoth(new Lock(), {
    withSync: () => {
      clock += 2500;
    },
  });
  now.mockRestore();
  expect(watch.reports.map(({ kind }) => kind)).toEqual(['long hold']);
  expect(watch.reports[0]!.message).toMatch(/^lock \d+ was held for 2\.500 s; it was taken at .*take-both/);
});

test('nothing is left of it when it ends', () => {
  const before = [Lock.prototype, RLock.prototype].map((type) => Object.getOwnPropertyDescriptors(type));
  watched()[Symbol.dispose]();
  expect([Lock.prototype, RLock.prototype].map((type) => Object.getOwnPropertyDescriptors(type))).toEqual(before);
  expect(() => debugLocks({ longHold: -1 })).toThrow(/longHold must be/);
});

test('P8_DEBUG_LOCKS does it for the program and its threads, before they block for ever', () => {
  const program = `
    import { Lock, Thread } from '@p8/threading';
    import { takeBoth, takeBothAwaiting } from './take-both.ts';
    const [one, other] = [new Lock(), new Lock()];
    one.withSync(() => other.withSync(() => undefined));
    const thread = new Thread({ target: takeBoth, args: [other, one] });
    thread.start();
    await thread.join();`;
  const args = ['-C', '@p8/source', '--input-type=module', '-e', program];
  const env = { ...process.env, P8_DEBUG_LOCKS: '10' };
  const { stderr, status } = spawnSync(process.execPath, args, {
    cwd: new URL('../test', import.meta.url),
    encoding: 'utf8',
    env,
  });
  expect(status).toBe(0);
  expect(stderr).toMatch(/^\(thread \d+\) locks are taken in different orders.*take-both\.ts/);
  expect(stderr.trim().split('\n').length).toBe(1);
});
