/**
 * Time limits: one timer for the earliest of all, which is moved only when an earlier one comes. A limit therefore costs
 * a comparison, not a timer. Times are milliseconds of `performance.now()`.
 */
import { expireAll } from './reactor.ts';
import { timedOut } from './wait.ts';
import type { Seconds } from './wait.ts';

/** The longest delay of a timer of the platform, in milliseconds; a longer one would fire at once. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** The moment by which a call that starts now must have ended; Infinity for a timeout of null. */
export function deadlineAfter(timeout: number | null): number {
  return timeout === null ? Infinity : performance.now() + timeout * 1000;
}

/** What is left until a deadline, for the next part of a call that is bounded as a whole; null without limit. */
export function secondsLeft(deadline: number, call: string): Seconds | null {
  if (deadline === Infinity) return null;
  const milliseconds = deadline - performance.now();
  if (milliseconds <= 0) throw timedOut(call);
  return milliseconds / 1000;
}

/** Sees to it that calls are ended at this moment. */
export function watchDeadline(deadline: number): void {
  if (deadline < armedFor) arm(deadline);
}

/** Limits this close together are served by one look at all channels. */
const GRAIN = 4;

let armedFor = Infinity;
let timer: NodeJS.Timeout | undefined;

function arm(deadline: number): void {
  clearTimeout(timer);
  armedFor = deadline;
  timer = setTimeout(sweep, Math.min(Math.max(0, Math.ceil(deadline - performance.now())), LONGEST_TIMER));
  // what waits keeps the program alive, not its limit
  timer.unref();
}

function sweep(): void {
  armedFor = Infinity;
  const now = performance.now();
  const next = expireAll(now);
  if (next < Infinity) watchDeadline(Math.max(next, now + GRAIN));
}
