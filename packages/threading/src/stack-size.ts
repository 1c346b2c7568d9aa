/** How much stack new threads get: Python's `threading.stack_size`. */
import type { ResourceLimits } from 'node:worker_threads';
import { ValueError } from '@p8/errors';

const MIB = 2 ** 20;
/** Below, a worker does not even boot. */
const SMALLEST = MIB / 2;

let chosen = 0;

/**
 * The size in bytes of the stack of threads to be started, 0 for the platform's (4 MiB). With an argument, sets it and comes back
 * with the one before. Raises ValueError below 512 KiB. A thread with another size than the platform's has a worker for itself.
 *
 * https://docs.python.org/3/library/threading.html#threading.stack_size
 */
export function stackSize(bytes?: number): number {
  const before = chosen;
  if (bytes === undefined) return before;
  if (!Number.isInteger(bytes) || (bytes !== 0 && bytes < SMALLEST)) {
    throw new ValueError(`bytes: the size of a stack must be 0 or at least ${SMALLEST}, not ${bytes}`);
  }
  chosen = bytes;
  return before;
}

/** For a thread that sets no limits of its own. */
export function stackLimits(): ResourceLimits | undefined {
  return chosen === 0 ? undefined : { stackSizeMb: chosen / MIB };
}
