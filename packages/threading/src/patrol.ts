/**
 * The net under lost wake-ups: a thread may be ended after it gave something back and before it told the others. Who
 * awaits looks again now and then, as `park` does for who blocks.
 */

const lines = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/** Milliseconds. */
const ROUND = 500;

/** Calls `look` now and then, from now on. It does not keep the event loop alive. */
export function startLooking(look: () => void): void {
  lines.add(look);
  timer ??= setInterval(goRound, ROUND).unref();
}

export function stopLooking(look: () => void): void {
  lines.delete(look);
}

function goRound(): void {
  if (lines.size === 0) {
    clearInterval(timer);
    timer = undefined;
  }
  for (const look of lines) look();
}
