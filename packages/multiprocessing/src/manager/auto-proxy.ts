/** Proxies whose methods are known when they are made. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseManager.register */
import { importable } from '@p8/pickle';
import type { Reduced } from '@p8/pickle';
import { BaseProxy, tokenAt } from './base-proxy.ts';
import type { Place, ProxyOptions, ProxyType } from './base-proxy.ts';
import { defineCalls } from './remote.ts';
import type { Remote } from './remote.ts';
import type { Token } from './token.ts';
import type { Keywords } from './wire.ts';

/** A class of proxies with these methods and their blocking twins. Raises TypeError for a name that a proxy itself has. */
export function makeProxyType<T = Record<string, (...args: readonly unknown[]) => unknown>>(
  name: string,
  exposed: readonly (keyof T & string)[],
): ProxyType<BaseProxy & Remote<T>> {
  const type = class extends BaseProxy {
    static readonly exposed: readonly string[] = exposed;
  };
  Object.defineProperty(type, 'name', { value: name });
  defineCalls<Record<string, () => unknown>>(type, callsFor(exposed));
  return type as unknown as ProxyType<BaseProxy & Remote<T>>;
}

/** A proxy of an object for which no class of proxies was registered. */
export class AutoProxy extends BaseProxy {
  readonly #exposed: readonly string[];

  constructor(token: Token, options: ProxyOptions = {}) {
    super(token, options);
    const { exposed = [], of } = options;
    this.#exposed = of instanceof AutoProxy ? of.#exposed : exposed;
  }

  /** One with the methods of its object. */
  static for(token: Token, options: ProxyOptions & { readonly exposed: readonly string[] }): AutoProxy {
    const { exposed } = options;
    const key = exposed.join(' ');
    let type = types.get(key);
    if (type === undefined) {
      type = class AutoProxyFor extends AutoProxy {};
      defineCalls<Record<string, () => unknown>>(type, callsFor(exposed));
      types.set(key, type);
    }
    return new type(token, options);
  }

  protected override get typeName(): string {
    return `AutoProxy[${this.token.typeid}]`;
  }

  protected override reduced(): Reduced {
    return [rebuildAutoProxy, [this.#exposed, ...this.place()]];
  }

  protected override pythonKeywords(): Keywords {
    return { exposed: this.#exposed };
  }
}

/** One that arrives. */
export function rebuildAutoProxy(exposed: readonly string[], ...place: Place): AutoProxy {
  return AutoProxy.for(tokenAt(...place), { exposed });
}

/** By what can be called. */
const types = new Map<string, typeof AutoProxy>();

function callsFor(exposed: readonly string[]): Record<string, { readonly method: string; readonly waits: true }> {
  // what a proxy has for itself stays
  const names = exposed.filter((name) => !(name in BaseProxy.prototype));
  return Object.fromEntries(names.map((name) => [name, { method: name, waits: true }]));
}

importable(import.meta, { AutoProxy, rebuildAutoProxy });
