/** One thread of the stress tests, which waits in one form, and gives up at random moments and tries again. */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { BrokenBarrierError, Empty, Full, ShutDown } from '@p8/threading';
import type { Barrier, Lock, Queue } from '@p8/threading';
import { receive } from './receive.ts';

interface Work {
  readonly kind: 'count' | 'rounds' | 'produce' | 'consume';
  readonly blocking: boolean;
  readonly index: number;
  readonly times: number;
  readonly objects: readonly unknown[];
  /** What all threads write to. */
  readonly memory: SharedArrayBuffer;
}

const work = workerData as Work;
const { blocking, index, times } = work;
const objects = work.objects.map(receive);
const memory = new Int32Array(work.memory);

/** A sequence that looks random and is the same in every run. */
let seed = 12_345 + index * 7919;
function chance(of: number): boolean {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % of === 0;
}

const works = { count, rounds, produce, consume };
await works[work.kind]();
parentPort?.postMessage('done');

/** A counter that is not atomic: only the lock keeps it right. */
async function count(): Promise<void> {
  const lock = objects[0] as Lock;
  for (let done = 0; done < times;) {
    if (!(await acquired(lock))) continue;
    memory[0] = memory[0]! + 1;
    done += 1;
    lock.release();
    if (!blocking && done % 500 === 0) await setImmediate();
  }
}

async function acquired(lock: Lock): Promise<boolean> {
  const hasty = chance(50);
  if (blocking) return lock.acquireSync(hasty ? { timeout: 0.0001 } : undefined);
  if (!hasty) return lock.acquire();
  if (chance(2)) return lock.acquire({ timeout: 0.001 });
  return withAbort((signal) => lock.acquire({ signal })).catch(() => false);
}

/** All in step: each round each gets another index. Now and then one gives up, and all hear of it. */
async function rounds(): Promise<void> {
  const [barrier, meeting, missing] = objects as [Barrier, Barrier, Barrier];
  for (let round = 0; round < times; round++) {
    if (round % 250 === 249) await breakUp(missing, meeting, (round + 1) / 250);
    else Atomics.add(memory, round, 1 << (8 * ((await wait(barrier)) % 4)));
  }
}

async function breakUp(missing: Barrier, meeting: Barrier, turn: number): Promise<void> {
  // one never comes, so nobody gets through
  const others = missing.parties - 1;
  await expectBroken(missing, turn % others === index);
  if ((await wait(meeting)) === 0) missing.reset();
  await wait(meeting);
}

async function expectBroken(missing: Barrier, giveUp: boolean): Promise<void> {
  try {
    if (!giveUp) await wait(missing);
    else if (blocking) missing.waitSync({ timeout: 0.001 });
    else await withAbort((signal) => missing.wait({ signal }));
  } catch (error) {
    if (error instanceof BrokenBarrierError || (error as Error).name === 'AbortError') return;
    throw error;
  }
  throw new Error('came through without all');
}

async function wait(barrier: Barrier): Promise<number> {
  return blocking ? barrier.waitSync() : barrier.wait();
}

/** The numbers from `index * times` on, each once. */
async function produce(): Promise<void> {
  const queue = objects[0] as Queue<number | readonly [number, string]>;
  for (let done = 0; done < times;) {
    const item = index * times + done;
    if (await put(queue, chance(4) ? [item, 'text'] : item)) done += 1;
  }
}

async function put<T>(queue: Queue<T>, item: T): Promise<boolean> {
  try {
    if (blocking) queue.putSync(item, chance(50) ? { timeout: 0.0001 } : undefined);
    else if (!chance(50)) await queue.put(item);
    else if (chance(2)) await queue.put(item, { timeout: 0.001 });
    else await withAbort((signal) => queue.put(item, { signal }));
    return true;
  } catch (error) {
    if (error instanceof Full || (error as Error).name === 'AbortError') return false;
    throw error;
  }
}

/** Marks what it gets, until the queue is shut down. */
async function consume(): Promise<void> {
  const queue = objects[0] as Queue<number | readonly [number, string]>;
  for (;;) {
    try {
      const got = await get(queue);
      Atomics.add(memory, typeof got === 'number' ? got : got[0], 1);
      queue.taskDone();
    } catch (error) {
      if (error instanceof ShutDown) return;
      if (!(error instanceof Empty) && (error as Error).name !== 'AbortError') throw error;
    }
  }
}

async function get<T>(queue: Queue<T>): Promise<T> {
  if (blocking) return queue.getSync(chance(50) ? { timeout: 0.0001 } : undefined);
  if (!chance(50)) return queue.get();
  if (chance(2)) return queue.get({ timeout: 0.001 });
  return withAbort((signal) => queue.get({ signal }));
}

async function withAbort<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const called = call(controller.signal);
  if (chance(2)) queueMicrotask(abort);
  else void setImmediate().then(abort);
  return called;
}
