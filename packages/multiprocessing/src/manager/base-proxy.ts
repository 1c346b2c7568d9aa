/**
 * A proxy stands for an object that lives in the server of a manager: it sends the calls there.
 *
 * https://docs.python.org/3/library/multiprocessing.html#proxy-objects
 */
import { inspect } from 'node:util';
import { importable, reduce } from '@p8/pickle';
import type { Reduced } from '@p8/pickle';
import { PyGlobal, PyObject, pythonReduce } from '@p8/pickle/cpython';
import type { WaitOptions } from '@p8/threading';
import { keyToCarry, rememberKey } from './keys.ts';
import { siteOf } from './site.ts';
import type { CallOptions, Site } from './site.ts';
import { Token } from './token.ts';
import type { Keywords } from './wire.ts';

/** Where a proxy belongs; what is left out is found by its token. */
export interface ProxyOptions {
  /** Where the object is. */
  readonly site?: Site | undefined;
  /** Whether a reference for this proxy is counted already. Default: false. */
  readonly owned?: boolean | undefined;
  /** What can be called; the class of the proxy knows, unless it is made for the object. */
  readonly exposed?: readonly string[] | undefined;
  /** The proxy whose object this one stands for too, with other limits. @internal */
  readonly of?: BaseProxy | undefined;
  readonly limits?: WaitOptions | undefined;
}

/** A class of proxies. */
export type ProxyType<P extends BaseProxy = BaseProxy> = (new (token: Token, options?: ProxyOptions) => P) & {
  /** The names of Python of what can be called. */
  readonly exposed?: readonly string[];
  readonly methodToTypeid?: Readonly<Record<string, string>>;
};

/**
 * For callers: `callMethod`, `getValue`, `referentString`, `within`, `dispose`, and what the class of the proxy adds. The object lives
 * for as long as somebody has a proxy of it: `dispose()` or `using` gives it up, and so does the collector, later.
 */
export class BaseProxy implements Disposable {
  static {
    Object.defineProperties(this.prototype, {
      [reduce]: {
        value(this: BaseProxy): Reduced {
          return this.reduced();
        },
      },
      [pythonReduce]: {
        value(this: BaseProxy): PyObject {
          return this.asPython();
        },
      },
      [inspect.custom]: {
        value(this: BaseProxy): string {
          return this.toString();
        },
      },
    });
  }

  readonly token: Token;
  readonly #reference: Reference;
  readonly #limits: WaitOptions;

  constructor(token: Token, options: ProxyOptions = {}) {
    this.token = token;
    const { of, limits = {} } = options;
    this.#reference = of === undefined ? new Reference(token, options) : of.#reference;
    this.#limits = limits;
  }

  /** Calls a method by its name there; waits for the result. Rejects with the error that it raised, as its class, and RemoteError. */
  async callMethod(
    method: string,
    args: readonly unknown[] = [],
    keywords?: Keywords,
    options?: CallOptions,
  ): Promise<unknown> {
    const { site, ready } = this.#reference.open();
    if (ready !== undefined) await ready;
    return site.call(this.token.id, method, args, keywords, { ...this.#limits, ...options });
  }

  callMethodSync(
    method: string,
    args: readonly unknown[] = [],
    keywords?: Keywords,
    options?: Pick<CallOptions, 'timeout'>,
  ): unknown {
    const site = this.#reference.openSync();
    return site.callSync(this.token.id, method, args, keywords, { ...this.#limits, ...options });
  }

  /** A copy of the object. */
  getValue(): Promise<unknown> {
    return this.callMethod('#GETVALUE', [], undefined, { waits: false });
  }

  getValueSync(): unknown {
    return this.callMethodSync('#GETVALUE');
  }

  /** What the object says of itself: Python's `str(proxy)`. */
  async referentString(): Promise<string> {
    return String(await this.callMethod('__repr__', [], undefined, { waits: false }));
  }

  referentStringSync(): string {
    return String(this.callMethodSync('__repr__'));
  }

  /** The same object, with a time limit, or a signal, for every call: `proxy.within({ timeout: 2 }).get('x')`. */
  within(limits: WaitOptions): this {
    const type = this.constructor as ProxyType;
    return new type(this.token, { of: this, limits: { ...this.#limits, ...limits } }) as this;
  }

  /** Gives the object up; it is gone when nobody has it. Twice is fine. */
  dispose(): void {
    this.#reference.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `<ListProxy object, typeid 'list' at 7f>` */
  toString(): string {
    return `<${this.typeName} object, typeid '${this.token.typeid}' at ${this.token.id}>`;
  }

  /** What its class is called. */
  protected get typeName(): string {
    return this.constructor.name;
  }

  /** Where its calls go. */
  protected get site(): Site {
    return this.#reference.openSync();
  }

  protected get limits(): WaitOptions {
    return this.#limits;
  }

  /** May be overridden: what it becomes for a program with p8. */
  protected reduced(): Reduced {
    return [rebuildProxy, [this.constructor, ...this.place()]];
  }

  /** For a program in Python. */
  protected asPython(): PyObject {
    return new PyObject('multiprocessing.managers.RebuildProxy', [
      this.pythonType(),
      this.token,
      'pickle',
      this.pythonKeywords(),
    ]);
  }

  protected pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.AutoProxy');
  }

  protected pythonKeywords(): Keywords {
    return {};
  }

  /** The token by its parts, and the key that others may lack. */
  protected place(): readonly unknown[] {
    const { typeid, address, id } = this.token;
    return [typeid, address, id, keyToCarry(address)];
  }
}

/** A proxy that arrives. */
export function rebuildProxy(type: ProxyType, ...place: Place): BaseProxy {
  return new type(tokenAt(...place));
}

export type Place = readonly [typeid: string, address: Token['address'], id: string, key?: Uint8Array | undefined];

export function tokenAt(...[typeid, address, id, key]: Place): Token {
  if (key !== undefined) rememberKey(address, key);
  return new Token(typeid, address, id);
}

/** One reference to an object, which the server counts. */
class Reference {
  readonly #token: Token;
  readonly #site: Site;
  #closed = false;
  /** Until it is counted. */
  #ready: Promise<void> | undefined;
  #isCounted: boolean;
  /** The object itself, where it is in this process. */
  kept: unknown;

  constructor(token: Token, { site = siteOf(token), owned = false }: ProxyOptions) {
    this.#token = token;
    this.#site = site;
    this.#isCounted = owned;
    this.kept = site.keep(token.id);
    if (!owned) this.#count();
    finalizers.register(this, { site, id: token.id }, this);
  }

  open(): { readonly site: Site; readonly ready: Promise<void> | undefined } {
    this.#check();
    if (!this.#isCounted && this.#ready === undefined) this.#count();
    return { site: this.#site, ready: this.#ready };
  }

  openSync(): Site {
    this.#check();
    if (!this.#isCounted) {
      this.#site.increfSync(this.#token.id);
      // the one that is under way counts too, and is taken back
      if (this.#ready !== undefined) this.#ready.then(() => this.#site.decref(this.#token.id)).catch(() => {});
      this.#counted();
    }
    return this.#site;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.kept = undefined;
    finalizers.unregister(this);
    if (this.#isCounted) this.#site.decref(this.#token.id);
    else this.#ready?.then(() => this.#site.decref(this.#token.id)).catch(() => {});
  }

  #count(): void {
    const counting = this.#site.incref(this.#token.id);
    this.#ready = counting;
    counting.then(
      () => {
        if (this.#ready === counting) this.#counted();
      },
      () => {
        // the call that needs it tries again, and tells why it cannot be
        if (this.#ready === counting) this.#ready = undefined;
      },
    );
  }

  #counted(): void {
    this.#isCounted = true;
    this.#ready = undefined;
  }

  #check(): void {
    if (this.#closed) throw new TypeError(`the proxy of ${String(this.#token)} was disposed of`);
  }
}

const finalizers = new FinalizationRegistry(({ site, id }: { site: Site; id: string }) => site.decref(id));

importable(import.meta, { BaseProxy, rebuildProxy });
