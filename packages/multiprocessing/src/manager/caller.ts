/** Who makes a call: one connection of a client, as Python's servers have one thread for each. Locks belong to it. */

export class Caller {
  readonly #farewells = new Set<() => void>();
  #gone = false;

  /** Whether its connection has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Has this called when it goes; comes back: what takes it back. */
  onGone(farewell: () => void): () => void {
    this.#farewells.add(farewell);
    return () => void this.#farewells.delete(farewell);
  }

  /** Its connection has ended. */
  leave(): void {
    this.#gone = true;
    for (const farewell of this.#farewells) farewell();
    this.#farewells.clear();
  }
}

let current: Caller | undefined;

/** Who makes the call that is being carried out; in a method that awaits, until its first await. */
export function currentCaller(): Caller {
  if (current === undefined) throw new TypeError('this can be called through a manager only');
  return current;
}

export function callFor<T>(caller: Caller, call: () => T): T {
  const before = current;
  current = caller;
  try {
    return call();
  } finally {
    current = before;
  }
}
