/**
 * The objects of a server, and who keeps them: clients by references that are counted, and objects that hold proxies of others. What
 * neither keeps is gone.
 */
import { randomBytes } from 'node:crypto';
import { KeyError } from '@p8/errors';

export class SharedObject {
  readonly ident: string;
  readonly typeid: string;
  readonly object: unknown;
  readonly exposed: ReadonlySet<string>;
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /** How many references clients have. */
  references = 0;

  constructor(
    ident: string,
    typeid: string,
    object: unknown,
    exposed: ReadonlySet<string>,
    methodToTypeid: Readonly<Record<string, string>>,
  ) {
    this.ident = ident;
    this.typeid = typeid;
    this.object = object;
    this.exposed = exposed;
    this.methodToTypeid = methodToTypeid;
  }
}

export class Objects {
  /** No other server has idents that begin so. */
  readonly #prefix = randomBytes(4).toString('hex');
  readonly #referenced = new Map<string, SharedObject>();
  /** All that are still there. */
  readonly #known = new Map<string, WeakRef<SharedObject>>();
  readonly #gone = new FinalizationRegistry((ident: string) => void this.#known.delete(ident));
  #last = 0;

  add(
    typeid: string,
    object: unknown,
    exposed: ReadonlySet<string>,
    methodToTypeid: Readonly<Record<string, string>>,
  ): SharedObject {
    this.#last += 1;
    const shared = new SharedObject(
      `${this.#prefix}${this.#last.toString(16)}`,
      typeid,
      object,
      exposed,
      methodToTypeid,
    );
    this.#known.set(shared.ident, new WeakRef(shared));
    this.#gone.register(shared, shared.ident);
    return shared;
  }

  /** Raises KeyError for one that is gone. */
  get(ident: string): SharedObject {
    const shared = this.#referenced.get(ident) ?? this.#known.get(ident)?.deref();
    if (shared === undefined) throw new KeyError(ident);
    return shared;
  }

  has(ident: string): boolean {
    return this.#referenced.has(ident) || this.#known.get(ident)?.deref() !== undefined;
  }

  incref(ident: string): void {
    const shared = this.get(ident);
    shared.references += 1;
    this.#referenced.set(ident, shared);
  }

  /** Raises KeyError for an object that nobody has. */
  decref(ident: string): void {
    const shared = this.#referenced.get(ident);
    if (shared === undefined) throw new KeyError(ident);
    shared.references -= 1;
    if (shared.references === 0) this.#referenced.delete(ident);
  }

  /** Those that clients have references to. */
  get size(): number {
    return this.#referenced.size;
  }

  [Symbol.iterator](): Iterator<SharedObject> {
    return this.#referenced.values();
  }
}
