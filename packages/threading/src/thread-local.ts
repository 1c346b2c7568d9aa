/** Values that each thread has for itself: Python's `threading.local`. */
import { importable, reducible } from '@p8/pickle';

/** As many as there are in this worker: a thread that runs in it later finds them as new. */
const locals = new Set<WeakRef<Bag>>();
/** Those that came as arguments, or went: one object a thread for each. */
const known = new Map<string, WeakRef<Bag>>();

/**
 * Attributes that are private to each thread. `initial` gives a thread its first ones; without it there are none.
 *
 *     export const session = new ThreadLocal(() => ({ queries: 0 }));
 *     session.queries += 1;
 *
 * A thread that gets it as an argument has its own attributes too; `initial` must then be an exported function.
 * All tasks of one thread share them: what belongs to a task goes into an `AsyncLocalStorage`.
 *
 * https://docs.python.org/3/library/threading.html#thread-local-data
 */
class Bag {
  readonly #initial: (() => object) | undefined;
  #id = '';

  constructor(initial?: () => object) {
    this.#initial = initial;
    locals.add(new WeakRef(this));
    Object.assign(this, initial?.());
  }

  static {
    reducible(Bag, (bag) => {
      bag.#id ||= crypto.randomUUID();
      known.set(bag.#id, new WeakRef(bag));
      return [localOf, bag.#initial ? [bag.#id, bag.#initial] : [bag.#id]];
    });
  }

  static identify(bag: Bag, id: string): void {
    bag.#id = id;
  }

  /** Gives it its first attributes again. Comes back: false for a subclass, whose fields only its constructor can make. */
  static reset(bag: Bag): boolean {
    for (const key of Reflect.ownKeys(bag)) Reflect.deleteProperty(bag, key);
    Object.assign(bag, bag.#initial?.());
    return bag.constructor === Bag;
  }
}
Object.defineProperty(Bag, 'name', { value: 'ThreadLocal' });

/** See the class's own comment: attributes that are private to each thread. */
export const ThreadLocal: new <T extends object = Record<string, unknown>>(initial?: () => T) => ThreadLocal<T> =
  Bag as never;
export type ThreadLocal<T extends object = Record<string, unknown>> = Bag & T;

/** The object of this thread for one that was sent. */
export function localOf(id: string, initial?: () => object): Bag {
  const there = known.get(id)?.deref();
  if (there !== undefined) return there;
  const made = new Bag(initial);
  Bag.identify(made, id);
  known.set(id, new WeakRef(made));
  return made;
}

/** For a worker between two threads. Comes back: whether all of them are as new. */
export function resetLocals(): boolean {
  let all = true;
  for (const reference of locals) {
    const bag = reference.deref();
    if (bag === undefined) locals.delete(reference);
    else if (!Bag.reset(bag)) all = false;
  }
  for (const [id, reference] of known) if (reference.deref() === undefined) known.delete(id);
  return all;
}

importable(import.meta, { localOf });
