import { expect, test } from 'vitest';
import { socketpair } from '@p8/socket';
import { Pipe } from './connection/pipe.ts';
import { Process } from './process/process.ts';
import { wait, waitSync } from './wait.ts';
import { Answering } from '../test/descriptor-tasks.ts';
import { waitsForEver } from '../test/tasks.ts';

test('those that are ready come back, and nothing is taken from them', async () => {
  const [a, b] = Pipe();
  const [c, d] = Pipe();
  const [left, right] = socketpair();
  const all = [a, c, left];
  // a socket is iterable, and would be read by a comparison
  const ready = async (timeout: number | null): Promise<number[]> =>
    (await wait(all, timeout)).map((object) => all.indexOf(object));
  expect(await ready(0)).toEqual([]);
  expect(await ready(0.01)).toEqual([]);
  const waiting = ready(null);
  d.sendSync(1);
  expect(await waiting).toEqual([1]);
  right.sendallSync('x');
  expect(await ready(null)).toEqual([1, 2]);
  expect([await c.recv(), String(await left.recv(1))]).toEqual([1, 'x']);
  expect(await ready(-1)).toEqual([]);
  b.close();
  expect(await ready(null)).toEqual([0]);
  for (const each of [a, c, d, left, right]) each.close();
});

test('a process is ready when it has ended', async () => {
  const child = new Process({ target: waitsForEver });
  child.start();
  expect(await wait([child], 0)).toEqual([]);
  const waiting = wait([child]);
  child.kill();
  expect(await waiting).toEqual([child]);
  child.close();
});

test('a signal ends the wait, and later calls are not disturbed', async () => {
  const [a, b] = Pipe();
  const ending = new AbortController();
  const waiting = wait([a], null, { signal: ending.signal });
  ending.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  b.sendSync(1);
  expect(await a.recv()).toBe(1);
  a.close();
  b.close();
});

test('nothing to wait for is an empty list', async () => {
  expect(await wait([], 0)).toEqual([]);
});

test('waitSync blocks until one is ready, and takes nothing', async () => {
  const [a, b] = Pipe();
  const [c, d] = Pipe();
  const [left, right] = socketpair();
  const all = [a, c, left];
  const ready = (timeout: number | null): number[] => waitSync(all, timeout).map((object) => all.indexOf(object));
  expect([ready(0), ready(-1), ready(0.01)]).toEqual([[], [], []]);
  d.sendSync('one');
  d.sendSync('two');
  expect(ready(null)).toEqual([1]);
  expect(c.recvSync()).toBe('one');
  // the second came along with the first
  expect(ready(null)).toEqual([1]);
  right.sendallSync('x');
  b.close();
  expect(ready(null)).toEqual([0, 1, 2]);
  const child = new Process({ target: waitsForEver });
  child.start();
  expect(waitSync([child], 0)).toEqual([]);
  child.kill();
  expect(waitSync([child])).toEqual([child]);
  const many = Array.from({ length: 1025 }, () => a);
  expect(() => waitSync(many)).toThrow('waitSync(): at most 1024 objects, not 1025');
  for (const each of [a, c, d, left, right, child]) each.close();
});

test('waitSync wakes for what another process does', async () => {
  const [mine, theirs] = Pipe();
  const [idle, other] = Pipe();
  const child = new Answering(theirs);
  child.start();
  expect(waitSync([idle, mine])).toEqual([mine]);
  await child.join();
  for (const each of [mine, idle, other, child]) each.close();
});
