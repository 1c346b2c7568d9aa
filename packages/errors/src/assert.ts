/** https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement */
import { AssertionError } from './exceptions.ts';

/**
 * Raises AssertionError unless the condition is truthy, and narrows its type. The message may be a function, called only
 * on failure. For what must hold if the program is right: never for input, never with a side effect, since
 * `node -C optimize` removes the check, as `python -O` does.
 */
export function assert(condition: unknown, message?: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === 'function' ? message() : message);
}
