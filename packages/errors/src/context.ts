/**
 * What an error remembers beside its own fields: the error it replaced (Python's `__context__`) and its notes. Both are
 * kept outside of the error, so that foreign and frozen errors can have them and none is ever modified.
 *
 * https://docs.python.org/3/library/exceptions.html#exception-context
 */
import { isError } from './exceptions.ts';

const contexts = new WeakMap<Error, Error>();
const notes = new WeakMap<Error, string[]>();

/** An error object that is raised again and again must not remember for ever. */
const longestChain = 100;

/** The error that was being handled when this one was raised; `undefined` if there was none. */
export function contextOf(error: unknown): Error | undefined {
  return contexts.get(error as Error);
}

/**
 * Remembers that `raised` replaced `earlier`, and gives `raised` back. What `raised` remembers already is newer than
 * `earlier`, which therefore goes to the end of that chain. A chain never closes to a ring: as in CPython, it is cut.
 * Values that are no errors remember nothing and are not remembered.
 */
export function setContext<E>(raised: E, earlier: unknown): E {
  if (!isError(raised) || !isError(earlier)) return raised;
  const chain = new Set<Error>([raised]);
  let last: Error = raised;
  for (let next = contexts.get(last); next; next = contexts.get(last)) {
    chain.add(next);
    last = next;
  }
  if (chain.has(earlier)) return raised;
  for (let error = earlier, next = contexts.get(error); next; error = next, next = contexts.get(error)) {
    if (!chain.has(next)) continue;
    contexts.delete(error);
    break;
  }
  contexts.set(chain.size < longestChain ? last : raised, earlier);
  return raised;
}

/**
 * The newest error inside a `SuppressedError`, which the language throws when `using` fails while another error is on
 * its way; the older ones become its context, as Python's `with` does. Any other value is given back as it is.
 */
export function newestOf(error: unknown, seen: Set<unknown> = new Set()): unknown {
  if (!(error instanceof SuppressedError) || seen.has(error)) return error;
  seen.add(error);
  return setContext(newestOf(error.error, seen), newestOf(error.suppressed, seen));
}

/** Adds a line, or several, that `formatException` prints after the error's message: Python's `add_note`. */
export function addNote(error: Error, note: string): void {
  if (!isError(error)) throw new TypeError('addNote: the first argument must be an error');
  if (typeof note !== 'string') throw new TypeError(`addNote: the note must be a string, not ${typeof note}`);
  const list = notes.get(error);
  if (list) list.push(note);
  else notes.set(error, [note]);
}

/** The notes of an error, in the order in which they were added: Python's `__notes__`. */
export function notesOf(error: unknown): readonly string[] {
  return notes.get(error as Error) ?? [];
}
