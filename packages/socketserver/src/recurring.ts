/** Something that is done again and again as long as it says that there is more to do. Does not keep the program alive. */
export class Recurring {
  readonly #milliseconds: number;
  readonly #act: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, act: () => boolean) {
    this.#milliseconds = milliseconds;
    this.#act = act;
  }

  /** Twice is fine. */
  start(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#act()) this.start();
    }, this.#milliseconds).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
