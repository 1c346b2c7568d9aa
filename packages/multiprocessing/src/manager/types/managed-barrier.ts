/** https://docs.python.org/3/library/threading.html#barrier-objects, in the server of a manager. */
import { AttributeError, ValueError } from '@p8/errors';
import { BrokenBarrierError } from '@p8/threading';
import type { Seconds } from '@p8/threading';
import type { Signatures } from '../apply.ts';
import { currentCaller } from '../caller.ts';
import { limitOf, WaitingLine } from './waiting-line.ts';

/** A client that goes while it waits breaks it, as one does whose time is over: the others would wait for ever. */
export class ManagedBarrier {
  static readonly signatures: Signatures = { new: ['parties', 'action', 'timeout'], wait: ['timeout'] };

  readonly parties: number;
  readonly #action: (() => unknown) | null;
  readonly #timeout: Seconds | null;
  #line = new WaitingLine<'through' | 'broken'>();
  #broken = false;

  constructor(parties: number, action: (() => unknown) | null = null, timeout: unknown = null) {
    if (!(Number.isInteger(parties) && parties >= 1)) throw new ValueError('parties must be > 0');
    this.parties = parties;
    this.#action = action;
    this.#timeout = limitOf(timeout);
  }

  /** As Python asks for these three. */
  __getattribute__(name: string): number | boolean {
    if (name === 'parties' || name === 'n_waiting' || name === 'broken') return this[name];
    throw new AttributeError(`'Barrier' object has no attribute '${name}'`);
  }

  get n_waiting(): number {
    return this.#line.length;
  }

  get broken(): boolean {
    return this.#broken;
  }

  async wait(timeout: unknown = null): Promise<number> {
    if (this.#broken) throw new BrokenBarrierError();
    const line = this.#line;
    const index = line.length;
    if (index === this.parties - 1) {
      await this.#act();
      this.#line = new WaitingLine();
      line.serveAll('through');
      return index;
    }
    const outcome = await line.wait(currentCaller(), limitOf(timeout) ?? this.#timeout);
    if (outcome === 'through') return index;
    // who leaves early breaks it for those of his round
    if (outcome === undefined && line === this.#line) this.abort();
    throw new BrokenBarrierError();
  }

  abort(): void {
    this.#broken = true;
    this.#line.serveAll('broken');
  }

  reset(): void {
    const line = this.#line;
    this.#line = new WaitingLine();
    this.#broken = false;
    line.serveAll('broken');
  }

  async #act(): Promise<void> {
    try {
      await this.#action?.();
    } catch (error) {
      this.abort();
      throw error;
    }
  }
}
