/**
 * The connections of a server on which something is going on: they are looked at in turns, and for a moment longer, since who has got a
 * reply often asks again at once. Then each waits for what comes next.
 */
import type { Seconds } from '../connection/limits.ts';
import { Patience } from './patience.ts';
import type { Service } from './service.ts';

/** The longest that there is: a server has nothing else to do. */
const NAP: Seconds = 0.001;
/** How long the event loop waits for us at most, in milliseconds. */
const LONGEST_TURN = 2;

export class Rota {
  readonly #hot = new Set<Service>();
  readonly #patience = new Patience(NAP);
  #isTurning = false;

  /** Something has come. */
  heat(service: Service): void {
    this.#hot.add(service);
    if (this.#isTurning) return;
    this.#patience.end();
    this.#isTurning = true;
    this.#turn();
  }

  #turn(): void {
    const until = performance.now() + LONGEST_TURN;
    this.#pollAll();
    while (this.#lookLonger()) {
      if (performance.now() < until) continue;
      setImmediate(() => this.#turn());
      return;
    }
    this.#isTurning = false;
    for (const service of this.#hot) service.wait();
    this.#hot.clear();
  }

  #lookLonger(): boolean {
    this.#patience.begin();
    if (this.#hot.size === 0) return false;
    const fds = Int32Array.from(this.#hot, ({ fd }) => fd);
    const found = this.#patience.spend(fds, () => this.#pollAll() || undefined);
    if (found !== undefined) this.#patience.end();
    return found !== undefined;
  }

  /** Those that wait for something else come back when it is there. */
  #pollAll(): boolean {
    let any = false;
    for (const service of this.#hot) {
      if (service.poll()) any = true;
      if (service.isBusy || service.ended) this.#hot.delete(service);
    }
    return any;
  }
}
