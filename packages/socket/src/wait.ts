/** What every call that may wait takes, and the waiting of a blocking call. */
import { isMainThread } from 'node:worker_threads';
import { BlockingIOError, KeyboardInterrupt, OSError, OverflowError, TimeoutError, ValueError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import { describe } from './describe.ts';

/** A time in seconds; fractions are fine. */
export type Seconds = number;

export interface WaitOptions {
  /** Ends the wait: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const EINTR = 4;
export const EAGAIN = 11;
export const EBADF = 9;
const ECANCELED = 125;
/** 2^53 nanoseconds, about 104 days less than three months: what a clock of ours can count exactly. */
const LONGEST_TIMEOUT = 9_000_000_000;

/** A timeout as given by a user: null, or seconds from 0 up. */
export function checkTimeout(timeout: unknown, name = 'timeout'): Seconds | null {
  if (timeout === null) return null;
  if (typeof timeout !== 'number') {
    throw new TypeError(`${name} must be a number of seconds or null (no limit), not ${describe(timeout)}`);
  }
  if (Number.isNaN(timeout)) throw new ValueError(`${name} must be a number of seconds, not NaN`);
  if (timeout < 0) throw new ValueError(`${name} must not be negative: ${timeout}`);
  if (timeout > LONGEST_TIMEOUT) throw new OverflowError(`${name} is too long: ${timeout} s; use null for no limit`);
  return timeout;
}

/** The error of a call that was told not to wait. */
export function wouldBlock(call: string): BlockingIOError {
  return new BlockingIOError(EAGAIN, { syscall: call });
}

export function timedOut(call: string): TimeoutError {
  return new TimeoutError('timed out', { syscall: call });
}

/**
 * Blocks this thread until the descriptor is ready for one of the events, at most until the deadline. Raises TimeoutError
 * then, and KeyboardInterrupt after SIGINT on the main thread where nobody listens for it; listeners run otherwise, and
 * the wait goes on.
 */
export function blockUntilReady(fd: number, events: number, deadline: number, call: string): void {
  for (;;) {
    if (isMainThread) holdSigint();
    const outcome = syscalls.ppoll(fd, events, secondsUntil(deadline));
    if (outcome > 0) return;
    if (outcome === 0) throw timedOut(call);
    afterInterruption(outcome, call);
  }
}

/** The index of the first of these descriptors (1024 at most) that is ready, when one is; -1 after the deadline. Raises as the former. @internal */
export function blockUntilAnyReady(fds: Int32Array, events: number, deadline: number, call: string): number {
  for (;;) {
    const outcome = syscalls.ppollAny(fds, events, secondsUntil(deadline));
    if (outcome >= 0) return outcome - 1;
    afterInterruption(outcome, call);
  }
}

/** How many listened for SIGINT when our action took the place of theirs; -1: it has not. */
let listeners = -1;
const SOON = Promise.resolve();

/**
 * Has SIGINT end the waits of this run of JavaScript: one change of its action for all of them. A listener that comes or
 * goes in between changes it too, and so it is changed once more.
 */
function holdSigint(): void {
  const count = process.listenerCount('SIGINT');
  if (count === listeners) return;
  if (listeners < 0) void SOON.then(releaseSigint);
  else syscalls.releaseSigint();
  listeners = count;
  syscalls.holdSigint();
}

function releaseSigint(): void {
  listeners = -1;
  syscalls.releaseSigint();
}

/** What is left until a deadline, for a native wait: -1 without limit. */
export function secondsUntil(deadline: number): number {
  return deadline === Infinity ? -1 : Math.max(0, (deadline - performance.now()) / 1000);
}

/** Serves what ended a native wait early; returns when the wait may go on. @internal */
export function afterInterruption(outcome: number, call: string): void {
  if (outcome === -ECANCELED) endHere();
  if (outcome !== -EINTR) throw new OSError(outcome, { syscall: call });
  if (process.listenerCount('SIGINT') === 0) throw new KeyboardInterrupt();
  (process as NodeJS.EventEmitter).emit('SIGINT', 'SIGINT', 2);
}

export const POLLIN: number = constants.POLLIN;
export const POLLOUT: number = constants.POLLOUT;
export const POLLPRI: number = constants.POLLPRI;

/** This thread is being ended: V8 stops it at the next entry of a function. */
function endHere(): never {
  for (;;) nothing();
}

function nothing(): void {}
