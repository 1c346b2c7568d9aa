/** Increments a counter that two threads share, under their lock, in one of the two forms. */
import type { Lock } from '@p8/threading';

/** What the threads of a measurement share. */
export interface Counting {
  readonly lock: Lock;
  readonly counter: Int32Array;
  readonly times: number;
  /** How many are ready, and whether all are. */
  readonly ready: Int32Array;
}

/** When a thread began and ended, in milliseconds of the clock that all threads have. */
export type Span = readonly [begun: number, ended: number];

export function countBlocking({ lock, counter, times, ready }: Counting): Span {
  meet(ready);
  const begun = now();
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    counter[0] = counter[0]! + 1;
    lock.release();
  }
  return [begun, now()];
}

export async function countAwaiting({ lock, counter, times, ready }: Counting): Promise<Span> {
  meet(ready);
  const begun = now();
  for (let i = 0; i < times; i++) {
    await lock.acquire();
    counter[0] = counter[0]! + 1;
    lock.release();
  }
  return [begun, now()];
}

/** The second who comes lets both go. */
function meet(ready: Int32Array): void {
  if (Atomics.add(ready, 0, 1) === 1) {
    Atomics.store(ready, 1, 1);
    Atomics.notify(ready, 1);
  }
  Atomics.wait(ready, 1, 0);
}

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
