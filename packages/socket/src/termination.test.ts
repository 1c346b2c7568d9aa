/**
 * A worker is ended at any moment, with thousands of receives a second under way: no crash, no hang, and its descriptors
 * are closed, the ones that nobody waited on too. `P8_STRESS=1` makes it more than a thousand workers.
 */
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { scale } from '../test/stress.ts';
import { socketpair } from './index.ts';

const fixture = new URL('../test/terminated-worker.ts', import.meta.url);
const descriptors = (): number => readdirSync('/proc/self/fd').length;

async function start(workerData: { pairs: number; block: boolean }): Promise<Worker> {
  const worker = new Worker(fixture, { workerData, execArgv: ['-C', '@p8/source'] });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return worker;
}

/** Ends workers, four at a time, each after another number of turns of the loop. */
async function terminateMany(count: number, workerData: { pairs: number; block: boolean }): Promise<void> {
  for (let done = 0; done < count; done += 4) {
    await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        const worker = await start(workerData);
        for (let turns = (done * 7 + i * 3) % 11; turns > 0; turns--) await new Promise(setImmediate);
        await worker.terminate();
      }),
    );
  }
}

test(
  'workers terminated under load leave no descriptor and do not stop the program',
  { timeout: 600_000 },
  async () => {
    await terminateMany(4, { pairs: 8, block: false });
    const before = descriptors();
    await terminateMany(60 * scale(12), { pairs: 8, block: false });
    // a resolver's thread may still have the hosts file open
    await vi.waitFor(() => expect(descriptors()).toBe(before), { timeout: 20_000 });
  },
);

test(
  'workers terminated inside a blocking call end at once and leave no descriptor',
  { timeout: 600_000 },
  async () => {
    await terminateMany(4, { pairs: 1, block: true });
    const before = descriptors();
    await terminateMany(24 * scale(12), { pairs: 1, block: true });
    // a resolver's thread may still have the hosts file open
    await vi.waitFor(() => expect(descriptors()).toBe(before), { timeout: 20_000 });
  },
);

test('an error in a continuation of a batch is reported, and the rest of the batch is delivered', async () => {
  const pairs = Array.from({ length: 20 }, () => socketpair());
  const seen: unknown[] = [];
  const onError = (error: unknown): void => void seen.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', onError);
  try {
    let arrived = 0;
    const all = pairs.map(async ([a], i) => {
      await a.recv(10);
      arrived++;
      // thrown from a tick: it leaves the reactor's entry into JavaScript with an exception
      if (i % 5 === 0) {
        process.nextTick(() => {
          throw new Error(`of pair ${i}`);
        });
      }
    });
    for (const [, b] of pairs) b.sendallSync('x');
    await Promise.all(all);
    await new Promise(setImmediate);
    expect(arrived).toBe(20);
    expect(seen.length).toBe(4);
  } finally {
    process.removeListener('uncaughtException', onError);
    for (const listener of others) process.on('uncaughtException', listener);
    for (const pair of pairs) for (const sock of pair) sock.close();
  }
});
