/** https://docs.python.org/3/library/threading.html#event-objects, in the server of a manager. */
import type { Signatures } from '../apply.ts';
import { currentCaller } from '../caller.ts';
import { limitOf, WaitingLine } from './waiting-line.ts';

export class ManagedEvent {
  static readonly signatures: Signatures = { new: [], wait: ['timeout'] };

  readonly #line = new WaitingLine<true>();
  #isSet = false;

  is_set(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#line.serveAll(true);
  }

  clear(): void {
    this.#isSet = false;
  }

  wait(timeout: unknown = null): boolean | Promise<boolean> {
    if (this.#isSet) return true;
    return this.#line.wait(currentCaller(), limitOf(timeout)).then((served) => served ?? false);
  }
}
