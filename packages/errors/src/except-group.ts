/**
 * `except*`: every clause handles its part of a group, and what nobody handled goes on.
 *
 *     attempt(body,
 *       exceptGroup(TimeoutError, (group) => …),
 *       exceptGroup(ConnectionError, (group) => …));
 *
 * https://docs.python.org/3/reference/compound_stmts.html#except-star
 */
import { newestOf, setContext } from './context.ts';
import { type Caught, errorTypes, type ErrorType, matches } from './except.ts';
import { BaseExceptionGroup } from './exception-group.ts';
import { isError } from './exceptions.ts';
import { isThenable } from './thenable.ts';

/** A clause made by {@link exceptGroup}. It cannot stand beside one made by `except`. */
export interface ExceptGroup<R> {
  readonly types: readonly ErrorType[];
  readonly groupHandler: (group: never) => R;
}

/**
 * A clause that handles the part of a group that matches; an error that is no group comes as a group of one. The
 * handler's value is dropped. Raises TypeError for group classes, which `except` catches whole.
 */
export function exceptGroup<E extends Error, R>(
  type: ErrorType<E>,
  handler: (group: BaseExceptionGroup<E>) => R,
): ExceptGroup<R>;
export function exceptGroup<const C extends readonly ErrorType[], R>(
  types: C,
  handler: (group: BaseExceptionGroup<Extract<Caught<C[number]>, Error>>) => R,
): ExceptGroup<R>;
export function exceptGroup(
  types: ErrorType | readonly ErrorType[],
  handler: (group: never) => unknown,
): ExceptGroup<unknown> {
  if (typeof handler !== 'function') throw new TypeError('exceptGroup: the second argument must be a function');
  const list = errorTypes('exceptGroup', types);
  if (list.some((type) => type === BaseExceptionGroup || type.prototype instanceof BaseExceptionGroup))
    throw new TypeError('exceptGroup: catching a group class is not allowed; use except');
  return { types: list, groupHandler: handler };
}

/** Runs all clauses that have a part in the error; raises what is left, together with what the handlers raised. */
export function handleGroup(error: unknown, clauses: readonly ExceptGroup<unknown>[]): undefined | Promise<undefined> {
  const steps = handlers(error, clauses);
  for (let step = steps.next(); !step.done; step = steps.next())
    if (isThenable(step.value)) return awaitHandlers(step.value, steps);
  return undefined;
}

async function awaitHandlers(first: PromiseLike<unknown>, steps: Steps): Promise<undefined> {
  for (let step: IteratorResult<unknown> = { value: first }; !step.done;) {
    let failed = false;
    let raised;
    try {
      await step.value;
    } catch (error) {
      failed = true;
      raised = error;
    }
    step = failed ? steps.throw(raised) : steps.next();
  }
  return undefined;
}

/** Yields what each handler returns, to be awaited if need be: one order for both worlds. */
type Steps = Generator<unknown, void, void>;

function* handlers(error: unknown, clauses: readonly ExceptGroup<unknown>[]): Steps {
  const original = clauses.some(({ types }) => matches(error, types)) ? error : newestOf(error);
  let rest = original;
  const raised: Error[] = [];
  for (const { types, groupHandler } of clauses) {
    const [matched, others] = divide(rest, types);
    if (!matched) continue;
    rest = others;
    try {
      yield groupHandler(matched as never);
    } catch (problem) {
      if (!isError(problem)) throw problem; // a thrown value that is no error cannot join a group
      raised.push(setContext(problem, matched));
    }
  }
  if (rest === original) throw error; // nobody had a part in it
  const together = [...raised.filter((problem) => !isPart(problem, original)), ...remains(original, rest, raised)];
  if (together.length > 1) throw new BaseExceptionGroup('', together);
  if (together[0]) throw together[0];
}

function divide(error: unknown, types: readonly ErrorType[]): [BaseExceptionGroup | undefined, unknown] {
  if (error instanceof BaseExceptionGroup) return error.split(types);
  return matches(error, types) ? [new BaseExceptionGroup('', [error]), undefined] : [undefined, error];
}

/** Whether a handler raised its group again, or a part of it: that joins the unhandled rest in the original's shape. */
function isPart(problem: Error, original: unknown): problem is BaseExceptionGroup {
  if (!(problem instanceof BaseExceptionGroup) || !(original instanceof BaseExceptionGroup)) return false;
  return BaseExceptionGroup.originOf(problem) === BaseExceptionGroup.originOf(original);
}

function remains(original: unknown, rest: unknown, raised: readonly Error[]): Error[] {
  if (!(original instanceof BaseExceptionGroup)) return [];
  const parts = raised.filter((problem) => isPart(problem, original));
  if (rest instanceof BaseExceptionGroup) parts.push(rest);
  const leaves = new Set(parts.flatMap(leavesOf));
  const group = original.subgroup((error) => leaves.has(error));
  return group ? [group] : [];
}

function leavesOf(error: Error): Error[] {
  return error instanceof BaseExceptionGroup ? error.exceptions.flatMap(leavesOf) : [error];
}
