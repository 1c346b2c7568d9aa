/**
 * Several errors raised together.
 *
 * https://docs.python.org/3/library/exceptions.html#exception-groups
 */
import { addNote, contextOf, notesOf, setContext } from './context.ts';
import { type Caught, errorTypes, type ErrorType, isErrorType, matches } from './except.ts';
import { Exception, isError, nameAfterClass, ValueError } from './exceptions.ts';

/** The part of a group that matched, and the rest; `undefined` for a part that is empty. */
export type Split<M extends Error, E extends Error> = [
  matched: BaseExceptionGroup<M> | undefined,
  rest: BaseExceptionGroup<E> | undefined,
];

/**
 * A group of any errors. Made of ordinary errors only, it is an {@link ExceptionGroup}, as in Python.
 *
 * For callers: `exceptions`, `split`, `subgroup`. May be overridden: `derive`.
 */
export class BaseExceptionGroup<E extends Error = Error> extends AggregateError {
  /** The group that this one is a part of. */
  #origin: BaseExceptionGroup | undefined;

  /** Raises ValueError for no errors and for items that are none. */
  constructor(message: string, exceptions: Iterable<E | BaseExceptionGroup<E>>, options?: ErrorOptions) {
    super(checked(message, exceptions), message, options);
    Object.freeze(this.errors);
    const strange = this.errors.find((error) => !(error instanceof Exception)) as Error | undefined;
    if (new.target === BaseExceptionGroup && !strange) Object.setPrototypeOf(this, ExceptionGroup.prototype);
    else if (strange && this instanceof ExceptionGroup)
      throw new TypeError(
        `ExceptionGroup: cannot hold a ${strange.name}, only ordinary errors; use BaseExceptionGroup`,
      );
  }

  /** The errors, some of which may be groups. The same array as `errors`, under Python's name. */
  get exceptions(): readonly (E | BaseExceptionGroup<E>)[] {
    return this.errors as readonly (E | BaseExceptionGroup<E>)[];
  }

  /**
   * Divides by class, by several classes or by a function that says yes or no. The nesting is kept, and each part keeps
   * the message, stack, cause, context and notes.
   */
  split(predicate: (error: E | BaseExceptionGroup<E>) => boolean): Split<E, E>;
  split<const C extends ErrorType | readonly ErrorType[]>(types: C): Split<Matched<C>, E>;
  split(condition: Condition): [BaseExceptionGroup | undefined, BaseExceptionGroup | undefined] {
    return this.#split(asPredicate(condition));
  }

  /** The part that matches, `undefined` if nothing does: the first half of {@link split}. */
  subgroup(predicate: (error: E | BaseExceptionGroup<E>) => boolean): BaseExceptionGroup<E> | undefined;
  subgroup<const C extends ErrorType | readonly ErrorType[]>(types: C): BaseExceptionGroup<Matched<C>> | undefined;
  subgroup(condition: Condition): BaseExceptionGroup | undefined {
    return this.#split(asPredicate(condition))[0];
  }

  /** Makes the group for a part of this one. Override it so that the parts of your own class are of your class. */
  derive<D extends Error>(exceptions: readonly (D | BaseExceptionGroup<D>)[]): BaseExceptionGroup<D> {
    return new BaseExceptionGroup(this.message, exceptions);
  }

  /** The group from which this one was split off, or the group itself. */
  static originOf(group: BaseExceptionGroup): BaseExceptionGroup {
    return group.#origin ?? group;
  }

  #split(matched: Predicate): [BaseExceptionGroup | undefined, BaseExceptionGroup | undefined] {
    if (matched(this)) return [this, undefined];
    const [yes, no]: [Error[], Error[]] = [[], []];
    for (const error of this.exceptions) {
      if (error instanceof BaseExceptionGroup) {
        const [inside, outside] = error.#split(matched);
        if (inside) yes.push(inside);
        if (outside) no.push(outside);
      } else (matched(error) ? yes : no).push(error);
    }
    return [this.#part(yes), this.#part(no)];
  }

  #part(errors: readonly Error[]): BaseExceptionGroup | undefined {
    if (errors.length === 0) return undefined;
    const part = this.derive(errors);
    part.#origin = BaseExceptionGroup.originOf(this);
    Object.defineProperty(part, 'stack', { value: this.stack, configurable: true, writable: true });
    if ('cause' in this)
      Object.defineProperty(part, 'cause', { value: this.cause, configurable: true, writable: true });
    for (const note of notesOf(this)) addNote(part, note);
    return setContext(part, contextOf(this));
  }
}

nameAfterClass(BaseExceptionGroup.prototype);

/** A group of ordinary errors: an `Exception`, as each of its members is. Raises TypeError for any other member. */
export class ExceptionGroup<E extends Error = Error> extends BaseExceptionGroup<E> {}

type Matched<C> = Extract<Caught<C extends readonly unknown[] ? C[number] : C>, Error>;
type Predicate = (error: Error) => boolean;
type Condition = ErrorType | readonly ErrorType[] | ((error: never) => boolean);

function asPredicate(condition: Condition): Predicate {
  if (typeof condition === 'function' && !isErrorType(condition)) return condition as Predicate;
  const types = errorTypes('split', condition);
  return (error) => matches(error, types);
}

function checked(message: unknown, exceptions: unknown): Error[] {
  if (typeof message !== 'string')
    throw new TypeError(`ExceptionGroup: the message must be a string, not ${typeof message}`);
  if (typeof (exceptions as Iterable<unknown> | undefined)?.[Symbol.iterator] !== 'function')
    throw new TypeError('ExceptionGroup: the second argument must be an array of errors, or another iterable of them');
  const errors = [...(exceptions as Iterable<unknown>)];
  if (errors.length === 0) throw new ValueError('ExceptionGroup: the second argument must hold at least one error');
  const wrong = errors.findIndex((error) => !isError(error));
  if (wrong !== -1) throw new ValueError(`ExceptionGroup: item ${wrong} of the second argument is not an error`);
  return errors as Error[];
}
