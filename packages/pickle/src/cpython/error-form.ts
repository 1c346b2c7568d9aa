/**
 * An error of Python and one here: class, arguments, notes and a few named attributes. Tracebacks and causes do not
 * travel: Python's pickle leaves them out.
 */
import { addNote, AttributeError, BlockingIOError, ImportError, notesOf, strerror } from '@p8/errors';
import { attributesOf, type Class, type Form, setField } from './known.ts';

const received = new WeakMap<object, readonly unknown[]>();

/**
 * Python's `args` of an error: those that it arrived with, or those with which it will be sent. `argsOf(error)` of
 * Python's `ValueError('too large', 7)` is `['too large', 7]`.
 */
export function argsOf(error: Error): readonly unknown[] {
  return received.get(error) ?? systemArgs(error) ?? (error.message === '' ? [] : [error.message]);
}

/**
 * @param make an error from Python's arguments; by default they are the constructor's
 * @param take the arguments of an error that was made here
 */
export function errorForm(
  type: Class<Error>,
  make: (args: readonly unknown[]) => Error = (args) => Reflect.construct(type as new () => Error, args) as Error,
  take: (error: never) => readonly unknown[] = argsOf,
): Form & { readonly type: Class<Error> } {
  return {
    type,
    call(args, { entry }) {
      const error = make(args);
      Error.captureStackTrace(error, entry);
      received.set(error, args);
      return error;
    },
    setState: (error, state) => setErrorState(error as Error, state),
    takeApart: (error) => ({ args: received.get(error) ?? take(error as never), state: stateOf(error as Error) }),
  };
}

/** Of an error with a number, Node's own too: `(errno, strerror, filename, None, filename2)`. */
function systemArgs(error: Error): readonly unknown[] | undefined {
  const { errno, strerror: words, path, dest, charactersWritten } = error as Error & SystemFields;
  if (typeof errno !== 'number') return undefined;
  const number = Math.abs(errno); // Node's is negative
  const system = [number, words ?? strerror(number)];
  if (error instanceof BlockingIOError && charactersWritten !== undefined) return [...system, charactersWritten];
  if (path === undefined) return system;
  return dest === undefined ? [...system, path] : [...system, path, null, dest];
}

interface SystemFields {
  readonly errno?: unknown;
  readonly strerror?: string;
  readonly path?: string;
  readonly dest?: string;
  readonly charactersWritten?: number;
}

/** Python's names of fields that have another one here, because an error's `name` is its class's. */
function fieldOf(error: Error, name: string): string | undefined {
  if (name === 'name')
    return error instanceof ImportError ? 'module' : error instanceof AttributeError ? 'attribute' : undefined;
  if (name === 'obj' && error instanceof AttributeError) return 'object';
  return name === 'args' || name in error ? undefined : name;
}

function setErrorState(error: Error, state: unknown): void {
  const attributes = attributesOf(state);
  if (!attributes) throw new TypeError('the state of an error must be a dict');
  for (const [name, value] of attributes) {
    const field = fieldOf(error, name);
    if (name === '__notes__' && Array.isArray(value)) {
      for (const note of value) if (typeof note === 'string') addNote(error, note);
    } else if (field !== undefined && value !== null) setField(error, field, value);
  }
}

function stateOf(error: Error): object | undefined {
  const state = new Map<string, unknown>();
  if (error instanceof ImportError) {
    if (error.module !== undefined) state.set('name', error.module);
    if (error.path !== undefined) state.set('path', error.path);
  }
  const notes = notesOf(error);
  if (notes.length > 0) state.set('__notes__', [...notes]);
  return state.size === 0 ? undefined : state;
}
