/** Waiting for the first of several. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.connection.wait */
import { ValueError } from '@p8/errors';
import { blockUntilAnyReady } from '@p8/socket/engine';
import type { Socket } from '@p8/socket';
import { constants } from '@p8/syscall';
import type { WaitOptions } from '@p8/threading';
import { Connection } from './connection/connection.ts';
import { deadlineOf } from './connection/limits.ts';
import type { Seconds } from './connection/limits.ts';
import { isReadable, isReadableSync } from './connection/readiness.ts';
import { Process } from './process/process.ts';

/** A connection or a connected socket, ready when something can be received, or the end; a process, when it has ended. */
export type Waitable = Connection<unknown, never> | Process | Socket;

type Options = Pick<WaitOptions, 'signal'>;

/** What one poll(2) of ours takes. */
const MOST_OBJECTS = 1024;

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

/**
 * As {@link wait}, but blocks this thread. Raises KeyboardInterrupt after Ctrl-C on the main thread, and ValueError for more than
 * 1024 objects.
 */
export function waitSync<T extends Waitable>(objects: Iterable<T>, timeout: Seconds | null = null): T[] {
  const deadline = deadlineOf(timeout);
  const all = [...objects];
  if (all.length > MOST_OBJECTS) {
    throw new ValueError(
      `waitSync(): at most ${MOST_OBJECTS} objects, not ${all.length}; await wait() takes any number`,
    );
  }
  for (;;) {
    const ready = all.filter(isReady);
    if (ready.length > 0) return ready;
    const fds = Int32Array.from(all, descriptorOf);
    if (blockUntilAnyReady(fds, constants.POLLIN, deadline, 'wait') < 0) return all.filter(isReady);
  }
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

function isReady(object: Waitable): boolean {
  if (object instanceof Connection) return object.pollSync();
  if (object instanceof Process) {
    object.joinSync(0);
    return !object.isAlive();
  }
  return isReadableSync(object, 0);
}

function descriptorOf(object: Waitable): number {
  return object instanceof Process ? object.sentinel : object.fileno();
}
