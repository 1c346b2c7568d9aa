/** The clause of `attempt` and `handle`: which classes, and what to do with such an error. */
import { newestOf } from './context.ts';

/** An error class, abstract or with a private constructor too. */
export type ErrorType<E extends Error = Error> = Function & { readonly prototype: E };

/** The error that one of these classes matches. */
export type Caught<Type> = Type extends { readonly prototype: infer E } ? E : never;

/** A clause made by {@link except}: a plain value, to be named, exported, spread and used again. */
export interface Except<R> {
  readonly types: readonly ErrorType[];
  readonly handler: (error: never) => R;
}

/**
 * A clause that handles errors of a class, or of one of several classes. Comes back: a plain value for `attempt` or
 * `handle`. Raises TypeError for what is not an error class.
 *
 *     except(FileNotFoundError, () => '')
 *     except([KeyError, IndexError], (error) => log(error.message))
 */
export function except<E extends Error, R>(type: ErrorType<E>, handler: (error: E) => R): Except<R>;
export function except<const C extends readonly ErrorType[], R>(
  types: C,
  handler: (error: Caught<C[number]>) => R,
): Except<R>;
export function except(types: ErrorType | readonly ErrorType[], handler: (error: never) => unknown): Except<unknown> {
  if (typeof handler !== 'function') throw new TypeError('except: the second argument must be a function');
  return { types: errorTypes('except', types), handler };
}

/** Whether any of the classes matches. */
export function matches(error: unknown, types: readonly ErrorType[]): error is Error {
  return types.some((type) => error instanceof type);
}

/**
 * The first clause that matches, with the error it matches: this one or, where `using` failed while another error was
 * on its way, the newer of the two, which then remembers the older one.
 */
export function find<Clause extends { readonly types: readonly ErrorType[] }>(
  error: unknown,
  clauses: readonly Clause[],
): { readonly clause: Clause; readonly error: Error } | undefined {
  for (const clause of clauses) if (matches(error, clause.types)) return { clause, error };
  const newest = newestOf(error);
  return newest === error ? undefined : find(newest, clauses);
}

/** One class or several, checked. */
export function errorTypes(caller: string, types: ErrorType | readonly ErrorType[]): readonly ErrorType[] {
  const list: readonly unknown[] = Array.isArray(types) ? types : [types];
  const wrong = list.find((type) => !isErrorType(type));
  if (wrong === undefined && !list.includes(undefined)) return list as readonly ErrorType[];
  throw new TypeError(
    `${caller}: catching ${describe(wrong)} is not possible; give an error class, or an array of them`,
  );
}

/** A class whose instances are errors, of this realm or another. */
export function isErrorType(value: unknown): value is ErrorType {
  return typeof value === 'function' && typeof value.prototype === 'object' && 'message' in (value.prototype as object);
}

function describe(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  return value instanceof Error ? 'an instance of an error class' : String(value);
}
