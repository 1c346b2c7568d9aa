/**
 * How long to look for something before sleeping. To look is a tenth of the cost of being woken, if what one waits for comes from another
 * processor at once; where it comes later, or needs this very processor, looking only keeps it from coming. So it is learned:
 * after looking in vain twice one sleeps at once, and tries again now and then.
 */

/** Sleeps after which looking is tried again. */
const PROBE = 64;

export class Patience {
  readonly #most: number;
  #vain = 0;

  /** In whatever unit the caller counts. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How much to look this time: all or nothing. */
  get limit(): number {
    return this.#vain < 2 || this.#vain % PROBE === 0 ? this.#most : 0;
  }

  /** It came while one looked. */
  rewarded(): void {
    this.#vain = 0;
  }

  /** It did not, or nobody looked. */
  disappointed(): void {
    this.#vain += 1;
  }
}
