/** Waiting for the first of several. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.wait */
import type { Socket } from '@p8/socket';
import type { WaitOptions } from '@p8/threading';
import { Connection } from './connection/connection.ts';
import type { Seconds } from './connection/limits.ts';
import { isReadable } from './connection/readiness.ts';
import { Process } from './process/process.ts';

/** A connection or a connected socket, ready when something can be received, or the end; a process, when it has ended. */
export type Waitable = Connection<unknown, never> | Process | Socket;

type Options = Pick<WaitOptions, 'signal'>;

/**
 * Those of the objects that are ready; waits until one is, for `timeout` seconds at most, and takes nothing. None are ready when
 * the list that comes back is empty. Rejects with the reason of the signal.
 */
export async function wait<T extends Waitable>(
  objects: Iterable<T>,
  timeout: Seconds | null = null,
  options: Options = {},
): Promise<T[]> {
  const all = [...objects];
  const ready = await readyOf(all);
  if (ready.length > 0 || (timeout !== null && timeout <= 0)) return ready;
  const enough = new AbortController();
  const signal = options.signal === undefined ? enough.signal : AbortSignal.any([enough.signal, options.signal]);
  const waits = all.map((object) => becomesReady(object, timeout, { signal }));
  try {
    await Promise.race(waits);
  } finally {
    enough.abort();
    await Promise.allSettled(waits);
  }
  return readyOf(all);
}

async function readyOf<T extends Waitable>(objects: readonly T[]): Promise<T[]> {
  const ready = await Promise.all(objects.map((object) => becomesReady(object, 0, {})));
  return objects.filter((_, i) => ready[i]);
}

/** Comes back: false after the time. */
async function becomesReady(object: Waitable, timeout: Seconds | null, options: Options): Promise<boolean> {
  if (object instanceof Connection) return object.poll(timeout, options);
  if (object instanceof Process) {
    await object.join(timeout, options);
    return !object.isAlive();
  }
  return isReadable(object, timeout, options);
}
