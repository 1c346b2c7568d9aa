import { expect, test } from 'vitest';
import { Lock } from '@p8/threading';
import { Awaiting } from './awaiting.ts';
import { reduce } from '@p8/pickle';

const words = () => new Int32Array(new SharedArrayBuffer(12));

test('a change that nobody rang for is found: its thread was ended before it could', async () => {
  const memory = words();
  const line = new Awaiting(memory, 0, 1);
  const taken = line.wait(() => memory[2] === 1, Infinity);
  memory[2] = 1;
  expect(await taken).toBe(true);
});

test('a lock that was given back without a wake-up is found', async () => {
  const lock = new Lock();
  const [, [memory]] = (lock as unknown as { [reduce](): [unknown, [SharedArrayBuffer]] })[reduce]();
  await lock.acquire();
  const acquired = lock.acquire();
  // free, and somebody waits
  new Int32Array(memory)[0] = 1;
  expect(await acquired).toBe(true);
});

test('tasks are served in the order they came, without those that gave up', async () => {
  const memory = words();
  const line = new Awaiting(memory, 0, 1);
  const served: number[] = [];
  const controllers = Array.from({ length: 300 }, () => new AbortController());
  const waits = controllers.map(async ({ signal }, index) => {
    const take = () => memory[2]! > served.length && served.push(index) > 0;
    return line.wait(take, Infinity, signal).catch(() => false);
  });
  for (const [index, controller] of controllers.entries()) if (index % 3 !== 0) controller.abort();
  for (memory[2] = 1; memory[2] <= 100; memory[2] += 1) line.serve();
  const results = await Promise.all(waits);
  expect(served).toEqual(Array.from({ length: 100 }, (_, index) => 3 * index));
  expect(results.filter(Boolean).length).toBe(100);
  expect(line.idle).toBe(true);
  // nobody listens any more
  expect(memory[1]).toBe(0);
});

test('a take that raises fails its own wait only', async () => {
  const memory = words();
  const line = new Awaiting(memory, 0, 1);
  const failing = line.wait(() => {
    if (memory[2] === 0) return false;
    throw new RangeError('mine');
  }, Infinity);
  const next = line.wait(() => memory[2] === 1, Infinity);
  memory[2] = 1;
  line.serveSoon();
  await expect(failing).rejects.toThrow('mine');
  expect(await next).toBe(true);
});

test.each([0, 0.001])('a wait of %d ms ends, and leaves nothing', async (milliseconds) => {
  const memory = words();
  const line = new Awaiting(memory, 0, 1);
  expect(await line.wait(() => false, performance.now() + milliseconds)).toBe(false);
  expect(memory[1]).toBe(0);
});
