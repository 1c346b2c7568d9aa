/** How the classes of this package say what they become in another thread: see `reduce` of @p8/pickle. */
import { reduce } from '@p8/pickle';
import type { Reduced } from '@p8/pickle';

/** Gives a class its method `[reduce]`; one that is written in the class has no form in its declarations. */
export function reducible<T extends object>(type: { readonly prototype: T }, reduced: (object: T) => Reduced): void {
  const value = function (this: T): Reduced {
    return reduced(this);
  };
  Object.defineProperty(type.prototype, reduce, { value, writable: true, configurable: true });
}
