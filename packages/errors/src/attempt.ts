/**
 * `try`, `except`, `else`, `finally` by class.
 *
 *     attempt(body, except(FileNotFoundError, () => ''))                  an expression
 *     attempt({ try, except: […], else, finally })                        the whole statement
 *     catch (error) { return handle(error, except(…), except(…)) }        inside a native catch
 *
 * The asynchronous paths are `async` functions with `await`, because V8 loses the caller's frames after a `.then`.
 *
 * https://docs.python.org/3/reference/compound_stmts.html#the-try-statement
 */
import { setContext } from './context.ts';
import { type Except, find, isErrorType } from './except.ts';
import { type ExceptGroup, handleGroup } from './except-group.ts';
import { isThenable } from './thenable.ts';

/** The clauses of one statement: all made by `except`, or all made by `exceptGroup`. */
export type Clauses = readonly Except<unknown>[] | readonly ExceptGroup<unknown>[];

/** What the handlers of these clauses return. After `exceptGroup` there is no result, only an end. */
export type Handled<C extends Clauses> = ResultOf<C[number]>;
type ResultOf<Clause> =
  Clause extends Except<infer R>
    ? R
    : Clause extends ExceptGroup<infer R>
      ? R extends PromiseLike<unknown>
        ? Promise<undefined>
        : undefined
      : never;

/** What comes out of a body that returns T, with handlers that return R. */
export type Attempt<T, R> = [T] extends [never]
  ? R // the body always throws
  : T extends PromiseLike<infer U>
    ? Promise<U | Awaited<R>> // asynchronous stays asynchronous
    : T | R; // synchronous stays synchronous

/** What comes out of a statement: as {@link Attempt}, with the result V of `else` in place of the body's. */
export type StatementResult<T, V, R> = [T] extends [never]
  ? R
  : T extends PromiseLike<unknown>
    ? Promise<Awaited<V> | Awaited<R>>
    : V | R;

/** The four parts of Python's statement. */
export interface Statement<T, C extends Clauses, V, F> {
  readonly try: () => T;
  readonly except?: C;
  /** Runs only if `try` raised nothing, with its value; its errors are not caught by the clauses beside it. */
  readonly else?: (value: Awaited<T>) => V;
  /** Always runs, last. Its value is dropped: it can raise, but it cannot swallow. */
  readonly finally?: () => F;
}

/** Refuses an asynchronous `finally` beside a synchronous `try`: nobody would wait for it. */
export type SyncFinally<T, F> = [T] extends [never]
  ? RefusePromise<F>
  : [T] extends [PromiseLike<unknown>]
    ? unknown
    : RefusePromise<F>;
type RefusePromise<F> = [Extract<F, PromiseLike<unknown>>] extends [never]
  ? unknown
  : { readonly finally: 'must not wait, because try does not' };

/**
 * Runs a body and handles its errors by class. Comes back: the body's value, or that of the first clause that matches;
 * a promise of it if the body gives a promise. Raises what no clause matches, as it is, and what a handler raises, which
 * then remembers the error it replaced ({@link contextOf}). Only errors match: `throw 'text'` passes.
 */
export function attempt<T, const C extends Clauses>(body: () => T, ...clauses: C): Attempt<T, Handled<C>>;
/** Runs a whole statement: see {@link Statement}. */
export function attempt<T, const C extends Clauses = [], V = Awaited<T>, F = void>(
  statement: Statement<T, C, V, F> & SyncFinally<T, F>,
): StatementResult<T, V, Handled<C>>;
export function attempt(
  body: (() => unknown) | Statement<unknown, Clauses, unknown, unknown>,
  ...clauses: Clauses
): unknown {
  if (typeof body === 'function') return tryExceptElse(body, checked(clauses));
  if (typeof body?.try !== 'function') throw new TypeError('attempt: give a function, or an object with `try`');
  const handlers = checked(body.except ?? []);
  const run = () => tryExceptElse(body.try, handlers, body.else);
  return body.finally ? tryFinally(run, body.finally) : run();
}

/**
 * Handles a caught error by class, inside a native `catch`. Comes back: the result of the first clause that matches.
 * Raises the error itself, untouched, if none does.
 */
export function handle<const C extends Clauses>(error: unknown, ...clauses: C): Handled<C>;
export function handle(error: unknown, ...clauses: Clauses): unknown {
  return settle(error, checked(clauses));
}

/**
 * Raises, where an expression is needed: `users.get(name) ?? raise(new KeyError(name))`. A class is raised as a new
 * instance of it, as in Python.
 */
export function raise(error: unknown): never {
  throw isErrorType(error) ? Reflect.construct(error, []) : error;
}

function tryExceptElse(body: () => unknown, clauses: Clauses, otherwise?: (value: unknown) => unknown): unknown {
  let value;
  try {
    value = body();
  } catch (error) {
    return settle(error, clauses);
  }
  if (isThenable(value)) return awaitExceptElse(value, clauses, otherwise);
  return otherwise ? otherwise(value) : value;
}

async function awaitExceptElse(
  promise: PromiseLike<unknown>,
  clauses: Clauses,
  otherwise?: (value: unknown) => unknown,
): Promise<unknown> {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return await settle(error, clauses);
  }
  return otherwise ? await otherwise(value) : value;
}

/** The result of the clause that matches; raises the error itself if none does. */
function settle(error: unknown, clauses: Clauses): unknown {
  if (isGroup(clauses)) return handleGroup(error, clauses);
  const found = find(error, clauses);
  if (!found) throw error;
  const { handler } = found.clause;
  let result;
  try {
    result = handler(found.error as never);
  } catch (raised) {
    throw setContext(raised, found.error);
  }
  return isThenable(result) ? awaitHandler(result, found.error) : result;
}

async function awaitHandler(promise: PromiseLike<unknown>, error: Error): Promise<unknown> {
  try {
    return await promise;
  } catch (raised) {
    throw setContext(raised, error);
  }
}

function tryFinally(run: () => unknown, cleanup: () => unknown): unknown {
  let outcome;
  try {
    outcome = run();
  } catch (error) {
    finish(cleanup, error);
    throw error;
  }
  if (isThenable(outcome)) return awaitFinally(outcome, cleanup);
  finish(cleanup);
  return outcome;
}

async function awaitFinally(promise: PromiseLike<unknown>, cleanup: () => unknown): Promise<unknown> {
  let outcome;
  try {
    outcome = await promise;
  } catch (error) {
    try {
      await cleanup();
    } catch (raised) {
      throw setContext(raised, error);
    }
    throw error;
  }
  await cleanup();
  return outcome;
}

function finish(cleanup: () => unknown, error?: unknown): void {
  let result;
  try {
    result = cleanup();
  } catch (raised) {
    throw setContext(raised, error);
  }
  if (!isThenable(result)) return;
  result.then(undefined, () => {}); // its failure has nowhere to go but must not end the program
  const misuse = new TypeError(
    'attempt: `finally` returned a promise, but `try` did not; make `try` async, so that it is awaited',
  );
  throw setContext(misuse, error);
}

function isGroup(clauses: Clauses): clauses is readonly ExceptGroup<unknown>[] {
  return clauses[0] !== undefined && 'groupHandler' in clauses[0];
}

/** Refuses what is no clause, and clauses of both kinds together, before anything runs. */
function checked(clauses: Clauses): Clauses {
  const group = isGroup(clauses);
  for (const clause of clauses as readonly Partial<Except<unknown> & ExceptGroup<unknown>>[]) {
    if (typeof (clause?.handler ?? clause?.groupHandler) !== 'function')
      throw new TypeError('attempt: every argument after the body must be a clause: except(Class, handler)');
    if (group !== (clause.groupHandler !== undefined))
      throw new TypeError('attempt: except and exceptGroup cannot be mixed in one statement');
  }
  return clauses;
}
