/** https://docs.python.org/3/library/contextlib.html#contextlib.suppress */
import { type Attempt, attempt } from './attempt.ts';
import { newestOf } from './context.ts';
import { errorTypes, type ErrorType, except, find } from './except.ts';
import { BaseExceptionGroup } from './exception-group.ts';
import { BaseException } from './exceptions.ts';

/**
 * Runs a body and forgets its errors of these classes. Comes back: the body's value, or `undefined`; a promise of it if
 * the body gives a promise. Raises any other error; of a group, what remains of it.
 *
 *     suppress(FileNotFoundError, () => unlinkSync(pidFile));
 */
export function suppress<T>(types: ErrorType | readonly ErrorType[], body: () => T): Attempt<T, undefined> {
  const list = errorTypes('suppress', types);
  return attempt(
    body,
    except(BaseException, (error): undefined => {
      if (find(error, [{ types: list }])) return;
      const group = newestOf(error);
      const [matched, rest] = group instanceof BaseExceptionGroup ? group.split(list) : [];
      if (!matched) throw error;
      if (rest) throw rest;
    }),
  );
}
