/** How a class says what its objects become on the wire: Python's `__reduce__`, for threads and processes. */
import type { Transferable } from 'node:worker_threads';

/** A function or class that can be imported by the receiver: see `reference`. */
export type Rebuild = (abstract new (...args: never) => unknown) | ((...args: never) => unknown);

/** What is done about the original. */
export interface Travel {
  /** Given to the receiver without a copy; unusable here afterwards. */
  readonly transfer?: readonly Transferable[];
  /** Called once the message is on its way: the original lets go of what it gave away. Those in its arguments are told before. */
  sent?(): void;
  /** Called instead when the message could not be sent: the original stays whole. */
  failed?(): void;
}

/** An exported function or class, and the arguments that make the object anew there. */
export type Reduced = readonly [rebuild: Rebuild, args: readonly unknown[], travel?: Travel];

/** The method's name: `[reduce]() { return [Point, [this.x, this.y]]; }`. One symbol for all copies of this package. */
export const reduce: unique symbol = Symbol.for('@p8/pickle.reduce') as typeof reduce;

/** An object that says how it travels. */
export interface Reducible {
  [reduce](): Reduced;
}

/**
 * Gives a class its method `[reduce]`, in its static block; one that is written in the class has no form in the declarations of an
 * exported class under `isolatedDeclarations`.
 */
export function reducible<T extends object>(type: { readonly prototype: T }, reduced: (object: T) => Reduced): void {
  const value = function (this: T): Reduced {
    return reduced(this);
  };
  Object.defineProperty(type.prototype, reduce, { value, writable: true, configurable: true });
}
