/**
 * The form in which data crosses. What needs no help is sent as it is; an array, and large data, inside an array of one.
 * Otherwise:
 *
 *     [root, steps, references]
 *
 *     root         [value], where what could not be sent is missing
 *     steps        what to do with it there, in order: a step and its operands one after the other, as CPython's pickle
 *     references   the functions and classes that the steps use, by number
 *
 * Steps name the objects that they change by identity, which the structured clone keeps, so that nothing in the user's
 * data can be taken for a step. Each of `make`, `error`, `function`, `buffer` and `descriptor` appends to the list of
 * things made, which later steps use by number.
 */
import type { Reference } from './reference.ts';

export const step = {
  /** reference, args */
  make: 0,
  /** container, key, number of the thing made */
  place: 1,
  /** Map or Set, its entries or items */
  fill: 2,
  /** references, name, message: an empty error of the first class that is found, so that what follows can hold it */
  error: 3,
  /** number of the error, {@link ErrorDetails} */
  complete: 4,
  /** reference */
  function: 5,
  /** bytes */
  buffer: 6,
  /** place in the list of those that go beside the data */
  descriptor: 7,
} as const;

export type Wire =
  | readonly [plain: unknown, steps?: undefined, references?: undefined]
  | readonly [root: readonly [unknown], steps: readonly unknown[], references: readonly Reference[]];

/** What an error is filled with when it arrives. */
export interface ErrorDetails {
  /** Its own fields, those that a loop shows and those that it does not: `cause`, `errors`. */
  readonly shown: Record<string, unknown>;
  readonly hidden: Record<string, unknown>;
  readonly stack: string | undefined;
  readonly context: readonly unknown[];
  readonly notes: readonly string[];
}

/** Sets a property of a plain object, of an array too. `__proto__` is a key like any other. */
export function put(container: object, key: string | number, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
  else (container as Record<string | number, unknown>)[key] = value;
}
