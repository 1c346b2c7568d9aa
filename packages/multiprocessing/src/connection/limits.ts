/** What every call that may wait takes. */
import { OverflowError, TimeoutError, ValueError } from '@p8/errors';
import { TIMEOUT_MAX } from '@p8/threading';
import type { BlockOptions, Seconds } from '@p8/threading';

/** The moment by which a call that begins now must have ended, in milliseconds of `performance.now()`; Infinity: no limit. */
export function deadlineOf(timeout: Seconds | null | undefined): number {
  if (timeout === null || timeout === undefined) return Infinity;
  if (typeof timeout !== 'number') {
    throw new TypeError(`timeout must be a number of seconds or null (no limit), not ${typeof timeout}`);
  }
  if (Number.isNaN(timeout)) throw new ValueError('timeout must be a number of seconds, not NaN');
  if (timeout > TIMEOUT_MAX) throw new OverflowError(`timeout is too long: ${timeout} s; use null for no limit`);
  return performance.now() + Math.max(0, timeout) * 1000;
}

/** What is left of it, in seconds; null without limit. Raises TimeoutError when nothing is. */
export function secondsLeft(deadline: number, call: string): Seconds | null {
  if (deadline === Infinity) return null;
  const milliseconds = deadline - performance.now();
  if (milliseconds <= 0) throw timedOut(call);
  return milliseconds / 1000;
}

export function timedOut(call: string): TimeoutError {
  return new TimeoutError('timed out', { syscall: call });
}

export type { BlockOptions, Seconds };
