/** Calls of one direction of a connection, one after another. */
import { RuntimeError } from '@p8/errors';
import type { Lock, WaitOptions } from '@p8/threading';
import { timedOut } from './limits.ts';

const AT_ONCE = { blocking: false } as const;

/** Waits for its turn. */
export async function enter(lock: Lock, call: string, options: WaitOptions | undefined): Promise<void> {
  if (!lock.acquireSync(AT_ONCE) && !(await lock.acquire(options))) throw timedOut(call);
}

/** A call that waits holds the lock, and only this thread's event loop can end it. */
export function enterSync(lock: Lock, call: string): void {
  if (lock.acquireSync(AT_ONCE)) return;
  throw new RuntimeError(`${call}() would overtake a call of this connection that waits; await that first`);
}
