/** The types of objects that a manager shares. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseManager.register */
import type { BaseProxy, ProxyType } from './base-proxy.ts';
import type { Remote } from './remote.ts';

/** What makes an object: a class, or a function. */
export type Factory<T, Args extends readonly unknown[]> =
  | (new (...args: Args) => T)
  | ((...args: Args) => T | Promise<T>);

export interface TypeOptions<T, Args extends readonly unknown[], P extends BaseProxy> {
  /**
   * Makes the object, in the server: an exported class or function, unless the server runs in this process. Without it, clients can
   * only have objects that methods return.
   */
  readonly callable?: Factory<T, Args> | undefined;
  /** The class of its proxies, exported. Default: one that has the methods of the object. */
  readonly proxyType?: ProxyType<P> | undefined;
  /** The methods that can be called. Default: those that the class of the proxies names, or all whose names begin with a letter. */
  readonly exposed?: readonly string[] | undefined;
  /** Methods whose result stays in the server: the name of the method → the type as which a proxy of the result is given. */
  readonly methodToTypeid?: Readonly<Record<string, string>> | undefined;
  /** Whether managers get a method of this name, which makes an object. Default: true. */
  readonly createMethod?: boolean | undefined;
}

/** What the server knows of a type. */
export interface SharedType {
  readonly callable: Factory<unknown, never> | undefined;
  readonly proxyType: ProxyType | undefined;
  readonly exposed: readonly string[] | undefined;
  readonly methodToTypeid: Readonly<Record<string, string>>;
}

export type Registry = Readonly<Record<string, SharedType>>;

/** What a manager has for a type: `Counter(...)` and `CounterSync(...)`. */
export type CreateMethods<Name extends string, Args extends readonly unknown[], P> = {
  readonly [K in Name]: (...args: Args) => Promise<P>;
} & {
  readonly [K in Name as `${K}Sync`]: (...args: Args) => P;
};

/** The proxy of an object of `T` for which no class of proxies was given. */
export type ProxyOf<T> = BaseProxy & Remote<T>;
