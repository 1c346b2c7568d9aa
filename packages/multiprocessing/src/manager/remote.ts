/** The methods of an object that lives elsewhere, each as a promise and blocking. */
import type { BaseProxy } from './base-proxy.ts';
import type { Keywords } from './wire.ts';

type MethodOf<T> = { [K in keyof T]: T[K] extends (...args: never) => unknown ? K : never }[keyof T] & string;
type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R ? (...args: A) => R : never;

/** For an object of type `T`: `add(a, b)` becomes `add(a, b)`, which returns a promise, and `addSync(a, b)`. */
export type Remote<T> = {
  [K in MethodOf<T>]: (...args: Parameters<Method<T, K>>) => Promise<Awaited<ReturnType<Method<T, K>>>>;
} & {
  [K in MethodOf<T> as `${K}Sync`]: (...args: Parameters<Method<T, K>>) => Awaited<ReturnType<Method<T, K>>>;
};

/** How one method is called there. */
export interface RemoteCall {
  /** Its name there. */
  readonly method: string;
  /** The arguments there, from those here. Default: the same. */
  readonly args?: (...given: never) => readonly unknown[];
  readonly keywords?: (...given: never) => Keywords;
  /** What comes back here, from what comes back there. */
  readonly result?: (value: never) => unknown;
  /** What comes back instead of an error; raises it, if it is none of these. */
  readonly otherwise?: (error: unknown) => unknown;
  /** Whether it may wait for others. Default: false. */
  readonly waits?: boolean;
}

/** Gives a class of proxies these methods, and their twins. */
export function defineCalls<M>(
  type: { readonly prototype: BaseProxy },
  calls: { readonly [K in MethodOf<M>]: RemoteCall | string },
): void {
  for (const [name, given] of Object.entries<RemoteCall | string>(calls)) {
    const call = typeof given === 'string' ? { method: given } : given;
    defineMethod(type.prototype, name, promised(call));
    defineMethod(type.prototype, `${name}Sync`, blocking(call));
  }
}

function defineMethod(prototype: object, name: string, value: Function): void {
  Object.defineProperty(value, 'name', { value: name });
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}

function promised(call: RemoteCall): Function {
  const { method, waits = false, result, otherwise } = call;
  const options = { waits };
  const plain = function (this: BaseProxy, ...given: never): Promise<unknown> {
    return this.callMethod(method, argsOf(call, given), call.keywords?.(...given), options);
  };
  if (result === undefined && otherwise === undefined) return plain;
  return async function (this: BaseProxy, ...given: never): Promise<unknown> {
    try {
      const value = await plain.apply(this, given);
      return result === undefined ? value : result(value as never);
    } catch (error) {
      return recovered(otherwise, error);
    }
  };
}

function blocking(call: RemoteCall): Function {
  const { method, result, otherwise } = call;
  return function (this: BaseProxy, ...given: never): unknown {
    try {
      const value = this.callMethodSync(method, argsOf(call, given), call.keywords?.(...given));
      return result === undefined ? value : result(value as never);
    } catch (error) {
      return recovered(otherwise, error);
    }
  };
}

function argsOf(call: RemoteCall, given: never): readonly unknown[] {
  return call.args === undefined ? given : call.args(...given);
}

function recovered(otherwise: RemoteCall['otherwise'], error: unknown): unknown {
  if (otherwise === undefined) throw error;
  return otherwise(error);
}
