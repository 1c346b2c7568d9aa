/**
 * How long to look for a message before sleeping. Waking who sleeps on another processor costs thirty times the message, so a look
 * is worth while where the last answers came soon; where they did not, or there is one processor, it would keep the other side from
 * running.
 */
import { availableParallelism } from 'node:os';

/** The longest look, in milliseconds: about what a wake-up costs. */
const LONGEST = 0.05;
/** Answers that come later on the average are slept for. */
const SOON = 0.2;
/** How much the latest answer counts. */
const LATEST = 0.25;
const isAlone = availableParallelism() === 1;

export class Patience {
  #average = SOON / 2;
  #since = 0;

  /** Now begins what is waited for. */
  begin(): void {
    if (!isAlone) this.#since = performance.now();
  }

  /** It has come. */
  end(): void {
    if (isAlone) return;
    const took = Math.min(performance.now() - this.#since, 2 * SOON);
    this.#average += LATEST * (took - this.#average);
  }

  /** Whether a look is worth while. */
  get isWorthwhile(): boolean {
    return !isAlone && this.#average < SOON;
  }

  /** Looks until something is there or the time is over. */
  spend<T>(look: () => T | undefined): T | undefined {
    if (!this.isWorthwhile) return undefined;
    const until = performance.now() + LONGEST;
    for (;;) {
      const found = look();
      if (found !== undefined || performance.now() > until) return found;
    }
  }
}
