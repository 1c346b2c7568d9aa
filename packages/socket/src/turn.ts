/**
 * Fairness. A call that succeeds at once settles in a microtask, so a program that receives from a busy peer in a loop
 * would never return to the event loop, and everybody else would starve: timers, files, the other sockets. After a while
 * such calls are therefore made to wait for the next turn, although they would succeed.
 */

/** Calls between two looks at the clock: few enough for large ones, too many for a batch of small ones to notice. */
const CALLS = 128;
/** How long calls may succeed at once before others have a turn, in milliseconds. */
const LONGEST_TURN = 2;

let calls = 0;
let started = 0;
let postponed: (() => void)[] = [];

/** Whether the next call has to wait for the next turn. */
export function isTurnOver(): boolean {
  return ++calls >= CALLS && isClockOver();
}

/** Begins a turn: the event loop has just been at work. */
export function beginTurn(): void {
  calls = 0;
}

/** Runs `serve` in the next turn. */
export function postpone(serve: () => void): void {
  postponed.push(serve);
}

function isClockOver(): boolean {
  if (started === 0) {
    started = performance.now();
    setImmediate(nextTurn);
  } else if (performance.now() - started > LONGEST_TURN) return true;
  calls = 0;
  return false;
}

function nextTurn(): void {
  started = 0;
  calls = 0;
  const serving = postponed;
  postponed = [];
  for (const serve of serving) serve();
}
