/** The threads of this process, as those who share a lock. They sleep by `Atomics.wait`, which on the main thread Ctrl-C can end. */
import { isMainThread } from 'node:worker_threads';
import { Script } from 'node:vm';
import { KeyboardInterrupt } from '@p8/errors';
import { hasEnded, threadNumber } from './kernel-thread.ts';
import type { Parked, Realm } from './realm.ts';

/** That a holder has ended is seen by who looks, not by who sleeps. */
export const threadRealm: Realm = {
  self: threadNumber,
  hasEnded,
  park,
  notify: (words, index, count) => Atomics.notify(words, index, count),
  listen(words, index, value, _holder, hear) {
    const heard = Atomics.waitAsync(words, index, value);
    if (!heard.async) return undefined;
    void heard.value.then(hear);
    return cannotBeCalledOff;
  },
};

const cannotBeCalledOff = (): boolean => false;

function park(words: Int32Array, index: number, value: number, deadline: number): Parked {
  const left = deadline - performance.now();
  if (left <= 0) return false;
  let end = Atomics.wait(words, index, value, Math.min(left, isMainThread ? UNGUARDED : SLICE));
  if (isMainThread && end === 'timed-out' && left > UNGUARDED) {
    end = waitInterruptibly(words, index, value, Math.min(left - UNGUARDED, SLICE));
  }
  return end === 'timed-out' ? 'slice over' : 'woken';
}

type WaitEnd = ReturnType<typeof Atomics.wait>;

/** Milliseconds. */
const SLICE = 500;
/** To be interruptible costs 60 µs; for so short a time the default action of SIGINT, which ends the program, will do. */
const UNGUARDED = 1;

/**
 * JavaScript's listeners for SIGINT run in the event loop, which stands still here. `breakOnSigint` has a handler of its
 * own: it ends the script, and V8 leaves `Atomics.wait` at once.
 */
function waitInterruptibly(words: Int32Array, index: number, value: number, milliseconds: number): WaitEnd {
  const outer = slot[waiting];
  slot[waiting] = () => Atomics.wait(words, index, value, milliseconds);
  try {
    return waitScript.runInThisContext({ breakOnSigint: true }) as WaitEnd;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    if (process.listenerCount('SIGINT') === 0) throw new KeyboardInterrupt();
    (process as NodeJS.EventEmitter).emit('SIGINT', 'SIGINT', 2);
    return 'ok';
  } finally {
    slot[waiting] = outer;
  }
}

const waiting = Symbol.for('@p8/threading.waiting');
const slot = globalThis as { [waiting]?: (() => unknown) | undefined };
const waitScript = new Script(`globalThis[Symbol.for('@p8/threading.waiting')]()`);
