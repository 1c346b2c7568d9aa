/**
 * How long to look for something before sleeping. To look is a tenth of the cost of being woken, if what one waits for comes from another
 * processor at once; where it comes later, or needs this very processor, looking only keeps it from coming. So it is learned:
 * after looking in vain twice one sleeps at once, and tries again after one sleep, then two, four and so on.
 */

/** The most sleeps after which looking is tried again. */
const LONGEST_PAUSE = 32;

export class Patience {
  readonly #most: number;
  #vain = 0;
  /** Sleeps that are left until looking is tried again, and how many there were the last time. */
  #pause = 0;
  #lastPause = 0;

  /** In whatever unit the caller counts. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How much to look this time: all or nothing. */
  get limit(): number {
    return this.#pause === 0 ? this.#most : 0;
  }

  /** It came while one looked. */
  rewarded(): void {
    this.#vain = 0;
    this.#lastPause = 0;
  }

  /** It did not, or nobody looked. */
  disappointed(): void {
    if (this.#pause > 0) this.#pause -= 1;
    else if (++this.#vain > 1) this.#pause = this.#lastPause = Math.min(2 * this.#lastPause || 1, LONGEST_PAUSE);
  }
}
