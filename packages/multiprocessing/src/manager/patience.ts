/**
 * How long to look for a message before the event loop, or a blocking call, waits for it. Waking who sleeps on another processor costs
 * thirty times the message, so it is worth while to look again and again for about as long; where the other side needs this processor,
 * to sleep on the descriptors alone, which costs a fraction of a turn of the event loop. Who has not been answered soon for some time
 * does neither.
 */
import { availableParallelism } from 'node:os';
import { constants, syscalls } from '@p8/syscall';
import type { Seconds } from '../connection/limits.ts';

const { POLLIN } = constants;
/** How long to look, in milliseconds: about what a wake-up costs. */
const LONGEST_LOOK = 0.05;
/** Answers that come later on the average, in milliseconds, are waited for by other means. */
const SOON = 0.2;
/** The same for a nap. */
const SOON_ENOUGH = 1;
/** How much the latest answer counts. */
const LATEST = 0.25;
const isAlone = availableParallelism() === 1;

export class Patience {
  readonly #nap: Seconds;
  #average = SOON / 2;
  #since = 0;

  /** @param nap how long to sleep on the descriptors, 1 ms at most: timers do not run meanwhile */
  constructor(nap: Seconds) {
    this.#nap = nap;
  }

  /** Now begins what is waited for. */
  begin(): void {
    this.#since = performance.now();
  }

  /** It has come. */
  end(): void {
    const took = Math.min(performance.now() - this.#since, 2 * SOON_ENOUGH);
    this.#average += LATEST * (took - this.#average);
  }

  /** Looks until something has come on one of the descriptors, or the time is over. */
  spend<T>(fds: Int32Array, look: () => T | undefined): T | undefined {
    if (this.#average > SOON_ENOUGH) return undefined;
    const found = isAlone || this.#average > SOON ? undefined : lookAgain(look);
    if (found !== undefined) return found;
    return syscalls.pollBriefly(fds, POLLIN, this.#nap) > 0 ? look() : undefined;
  }
}

function lookAgain<T>(look: () => T | undefined): T | undefined {
  const until = performance.now() + LONGEST_LOOK;
  for (;;) {
    const found = look();
    if (found !== undefined || performance.now() > until) return found;
  }
}
