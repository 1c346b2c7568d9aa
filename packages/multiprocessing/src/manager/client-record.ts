/** A client, as the server knows it: with the references that it has, which are given back when its last connection ends. */
import type { Objects } from './objects.ts';

export class ClientRecord {
  readonly #objects: Objects;
  readonly #references = new Map<string, number>();
  #connections = 0;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  incref(ident: string): void {
    this.#objects.incref(ident);
    this.#references.set(ident, (this.#references.get(ident) ?? 0) + 1);
  }

  decref(ident: string): void {
    const count = this.#references.get(ident) ?? 0;
    // not his own, but of somebody who gave it to him
    if (count > 1) this.#references.set(ident, count - 1);
    else this.#references.delete(ident);
    this.#objects.decref(ident);
  }

  connected(): void {
    this.#connections += 1;
  }

  /** Comes back: whether he has gone. */
  disconnected(): boolean {
    this.#connections -= 1;
    if (this.#connections > 0) return false;
    for (const [ident, count] of this.#references) for (let i = 0; i < count; i++) this.#objects.decref(ident);
    this.#references.clear();
    return true;
  }
}

/** Who counts references for a client that is not known: Python makes a connection for each, and says no name. */
export type Counts = Pick<ClientRecord, 'incref' | 'decref'>;
