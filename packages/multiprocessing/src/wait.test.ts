import { expect, test } from 'vitest';
import { socketpair } from '@p8/socket';
import { Pipe } from './connection/pipe.ts';
import { Process } from './process/process.ts';
import { wait } from './wait.ts';
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
