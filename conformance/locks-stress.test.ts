/**
 * Many threads, half of them blocking and half awaiting, each giving up at random moments. `P8_STRESS=1` makes
 * it a million increments, ten thousand rounds, a million items.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Barrier, LifoQueue, Lock, PriorityQueue, Queue } from '@p8/threading';
import { sent } from './locks/actor.ts';

const full = process.env['P8_STRESS'] === '1';
const limit = full ? 1_800_000 : 60_000;

async function run(kind: string, threads: number, times: number, objects: object[], memory: SharedArrayBuffer) {
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData = { kind, index, times, memory, blocking: index % 2 === 0, objects: objects.map(sent) };
    return new Worker(new URL('./locks/stress-worker.ts', import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
}

test('a counter under a Lock is exact', { timeout: limit }, async () => {
  const times = full ? 125_000 : 5000;
  const memory = new SharedArrayBuffer(4);
  await run('count', 8, times, [new Lock()], memory);
  expect(new Int32Array(memory)[0]).toBe(8 * times);
});

test('a Barrier lets all through, round by round', { timeout: limit }, async () => {
  const rounds = full ? 10_000 : 1000;
  const memory = new SharedArrayBuffer(4 * rounds);
  await run('rounds', 4, rounds, [new Barrier(4), new Barrier(4), new Barrier(5)], memory);
  const met = [...new Int32Array(memory)].filter((_, round) => round % 250 !== 249);
  // the four indexes, once each
  expect(met.filter((indexes) => indexes !== 0x0101_0101)).toEqual([]);
});

test.each([
  ['Queue', () => new Queue(100)],
  ['Queue without limit', () => new Queue()],
  ['LifoQueue', () => new LifoQueue(100)],
  ['PriorityQueue', () => new PriorityQueue(100)],
] as const)('a %s loses nothing and gives nothing twice', { timeout: limit }, async (_name, create) => {
  const times = full ? 250_000 : 5000;
  const memory = new SharedArrayBuffer(4 * 4 * times);
  const queue = create();
  const consumed = run('consume', 4, 0, [queue], memory);
  await run('produce', 4, times, [queue], memory);
  await queue.join();
  queue.shutdown();
  await consumed;
  expect(new Int32Array(memory).findIndex((count) => count !== 1)).toBe(-1);
});
