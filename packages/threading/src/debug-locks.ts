/** The switch that watches locks: by a call, or by an environment variable. */
import { writeSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { ValueError } from '@p8/errors';
import { Lock } from './lock.ts';
import { LockOrder } from './lock-order.ts';
import { LockWatch } from './lock-watch.ts';
import type { LockReport } from './lock-watch.ts';
import { RLock } from './rlock.ts';
import type { Seconds } from './waiting.ts';

export interface DebugLocksOptions {
  /** What is too long to hold a lock. Default: 1 second. */
  readonly longHold?: Seconds | undefined;
  /** Called for each report, in the thread that it is about, which it may block. Default: prints the message. */
  readonly report?: ((report: LockReport) => void) | undefined;
}

const key = '@p8/threading.debugLocks';

/** What goes to threads that are started later. */
interface Shared {
  readonly memory: SharedArrayBuffer;
  readonly longHold: Seconds;
}

/**
 * Reports locks that are taken in different orders, and those that are held long: in this thread, and in those whose workers
 * are started from now on. The environment variable `P8_DEBUG_LOCKS` does the same for the whole program; it is the longest
 * time to hold a lock, in seconds.
 *
 * The order is that of `acquireSync`, `withSync`, `holdSync` and `with`. What `await lock.acquire()` takes any task may
 * release, so only how long it is held is looked at. Comes back: what ends the watch in this thread. Raises ValueError
 * if the time is not a number from 0 up.
 */
export function debugLocks({ longHold = 1, report = print }: DebugLocksOptions = {}): Disposable {
  if (!(longHold >= 0)) throw new ValueError(`longHold must be a number of seconds from 0 up, not ${longHold}`);
  const order = new LockOrder(inherited()?.memory);
  setEnvironmentData(key, { memory: order.memory, longHold } satisfies Shared);
  const watch = new LockWatch(order, longHold, report);
  const methods = [...watch.install(Lock.prototype), ...watch.install(RLock.prototype)];
  return {
    [Symbol.dispose]() {
      for (const restore of methods.splice(0)) restore();
      if (inherited()?.memory === order.memory) setEnvironmentData(key);
    },
  };
}

function inherited(): Shared | undefined {
  return getEnvironmentData(key) as unknown as Shared | undefined;
}

function print({ message }: LockReport): void {
  // at once: the thread may be about to block for ever
  writeSync(2, `(thread ${threadId}) ${message}\n`);
}

const asked = inherited()?.longHold ?? process.env['P8_DEBUG_LOCKS'];
if (asked !== undefined) debugLocks({ longHold: Number(asked) });
