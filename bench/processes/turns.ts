/** What the processes of process-locks.ts do. Each writes when it began and ended, in milliseconds of the clock that all have. */
import { Lock, RawValue } from '@p8/multiprocessing';
import type { Barrier, RawArray, Semaphore } from '@p8/multiprocessing';

/** What two processes of a measurement share; `index` tells one from the other. */
export interface Turns {
  readonly meeting: Barrier;
  readonly spans: RawArray<'d'>;
  readonly times: number;
  readonly index: 0 | 1;
}

export interface Counting extends Turns {
  readonly lock: Lock;
  readonly counter: RawValue<'i'>;
}

/** Increments a counter under the lock. */
export function count({ lock, counter, meeting, spans, times, index }: Counting): void {
  // as long as it takes to be compiled
  increment(new Lock(), new RawValue('i'), 20_000);
  meeting.waitSync();
  spans.set(2 * index, now());
  increment(lock, counter, times);
  spans.set(2 * index + 1, now());
}

function increment(lock: Lock, counter: RawValue<'i'>, times: number): void {
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    counter.value = counter.value + 1;
    lock.release();
  }
}

export interface Waking extends Turns {
  readonly mine: Semaphore;
  readonly others: Semaphore;
}

/** Wakes the other one and waits to be woken, in turns. */
export function wake({ mine, others, meeting, spans, times, index }: Waking): void {
  meeting.waitSync();
  spans.set(2 * index, now());
  for (let i = 0; i < times; i++) {
    if (index === 0) others.release();
    mine.acquireSync();
    if (index === 1) others.release();
  }
  spans.set(2 * index + 1, now());
}

/** The same, of one that awaits. */
export async function wakeAwaiting({ mine, others, meeting, spans, times, index }: Waking): Promise<void> {
  meeting.waitSync();
  spans.set(2 * index, now());
  for (let i = 0; i < times; i++) {
    if (index === 0) others.release();
    await mine.acquire();
    if (index === 1) others.release();
  }
  spans.set(2 * index + 1, now());
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
