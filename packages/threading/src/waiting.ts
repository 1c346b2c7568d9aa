/** What every call that may wait takes, as it is checked at the edge. */
import { OverflowError, ValueError } from '@p8/errors';

/** A time in seconds; fractions are fine. */
export type Seconds = number;

/** The longest time limit, in seconds: Python's. */
export const TIMEOUT_MAX: Seconds = 9_223_372_036;

export interface BlockOptions {
  /** The longest time to wait, for the whole call. Default: null, no limit. */
  readonly timeout?: Seconds | null | undefined;
}

export interface SignalOptions {
  /** Ends the wait: the call rejects with the signal's reason, and has taken nothing. */
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends BlockOptions, SignalOptions {}

export interface AcquireSyncOptions extends BlockOptions {
  /** false: never wait; what comes back says whether it was free. Default: true. */
  readonly blocking?: boolean | undefined;
}

export interface AcquireOptions extends AcquireSyncOptions, WaitOptions {}

/** The moment by which a call that starts now must have ended, in milliseconds of `performance.now()`; Infinity without limit. */
export function deadlineOf(options: BlockOptions | undefined): number {
  return deadlineAfter(options?.timeout ?? null);
}

/** As {@link deadlineOf}, for `acquire`: the past if it must not wait. -1 is no limit there, as in Python. */
export function acquireDeadline({ blocking = true, timeout = null }: AcquireSyncOptions): number {
  if (timeout === -1) return blocking ? Infinity : 0;
  if (!blocking && timeout !== null) throw new ValueError("timeout: can't specify a timeout for a non-blocking call");
  return blocking ? deadlineAfter(timeout) : 0;
}

function deadlineAfter(timeout: unknown): number {
  if (timeout === null) return Infinity;
  if (typeof timeout !== 'number') {
    throw new TypeError(`timeout must be a number of seconds or null (no limit), not ${typeof timeout}`);
  }
  if (Number.isNaN(timeout)) throw new ValueError('timeout must be a number of seconds, not NaN');
  if (timeout < 0) throw new ValueError(`timeout must not be negative: ${timeout}; use null for no limit`);
  if (timeout > TIMEOUT_MAX) throw new OverflowError(`timeout is too long: ${timeout} s; use null for no limit`);
  return performance.now() + timeout * 1000;
}
