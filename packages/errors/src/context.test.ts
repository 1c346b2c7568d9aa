/** Re-expressed from CPython's Lib/test/test_exceptions.py (context chaining) and test_contextlib.py (ExitStack). */
import { describe, expect, test } from 'vitest';
import {
  addNote,
  attempt,
  contextOf,
  Exception,
  except,
  KeyboardInterrupt,
  KeyError,
  notesOf,
  OSError,
  raise,
  setContext,
  ValueError,
} from './index.ts';
import { thrownBy } from '../test/thrown-by.ts';

const failing = (error: unknown) => () => raise(error);

describe('the error that was replaced', () => {
  test('is remembered through nested handlers, the newest first', () => {
    const [a, b, c] = [new ValueError('a'), new ValueError('b'), new ValueError('c')];
    thrownBy(() =>
      attempt(
        failing(a),
        except(ValueError, () => attempt(failing(b), except(ValueError, failing(c)))),
      ),
    );
    expect([contextOf(c), contextOf(b), contextOf(a)]).toEqual([b, a, undefined]);
  });

  test('is not the error itself when a handler raises it again', () => {
    const error = new ValueError('v');
    thrownBy(() =>
      attempt(
        failing(error),
        except(ValueError, (caught) => raise(caught)),
      ),
    );
    expect(contextOf(error)).toBe(undefined);
  });

  test('never makes a ring: it is cut as CPython cuts it', () => {
    const [a, b, c] = [new ValueError('a'), new ValueError('b'), new ValueError('c')];
    thrownBy(() => attempt(failing(a), except(ValueError, failing(b))));
    thrownBy(() => attempt(failing(b), except(ValueError, failing(c))));
    thrownBy(() => attempt(failing(c), except(ValueError, failing(a))));
    expect([contextOf(a), contextOf(c), contextOf(b)]).toEqual([c, b, undefined]);
  });

  test('may belong to a frozen error', () => {
    const [first, frozen] = [Object.freeze(new ValueError('1')), Object.freeze(new KeyError('2'))];
    thrownBy(() => attempt(failing(first), except(ValueError, failing(frozen))));
    expect(contextOf(frozen)).toBe(first);
    addNote(frozen, 'a note');
    expect(notesOf(frozen)).toEqual(['a note']);
  });

  test('is not remembered without end by an object that is raised again and again', () => {
    const same = new ValueError('cached');
    for (let i = 0; i < 1000; i++) thrownBy(() => attempt(failing(new KeyError(i)), except(KeyError, failing(same))));
    let length = 0;
    for (let error: Error | undefined = same; error; error = contextOf(error)) length++;
    expect(length).toBeLessThanOrEqual(101);
  });

  test('is undefined for values that are no errors, and they are not remembered', () => {
    expect(contextOf('text')).toBe(undefined);
    expect(contextOf(null)).toBe(undefined);
    expect(setContext('text', new Error('e'))).toBe('text');
    const error = thrownBy(() => attempt(failing(new Error('e')), except(Error, failing('text'))));
    expect(error).toBe('text');
  });
});

describe('notes', () => {
  test('are kept in order, several lines each', () => {
    const error = new Error('e');
    addNote(error, 'one');
    addNote(error, 'two\nlines');
    expect(notesOf(error)).toEqual(['one', 'two\nlines']);
    expect(notesOf(new Error('other'))).toEqual([]);
    expect(Object.keys(error)).toEqual([]);
  });

  test('must be text, on an error', () => {
    expect(() => addNote(new Error('e'), 1 as unknown as string)).toThrow('the note must be a string, not number');
    expect(() => addNote({} as Error, 'note')).toThrow(TypeError);
  });
});

describe('an error that `using` suppressed', () => {
  const older = () => new ValueError('in the body');
  const newer = () => new OSError(5);
  function usingFails(inBody: unknown, inDispose: unknown): never {
    using _resource = { [Symbol.dispose]: failing(inDispose) };
    return raise(inBody);
  }

  test('becomes the context of the newer one, which the clauses see', () => {
    const [first, second] = [older(), newer()];
    const caught = attempt(
      () => usingFails(first, second),
      except(OSError, (error) => error),
    );
    expect(caught).toBe(second);
    expect(contextOf(second)).toBe(first);
  });

  test('goes on as the language made it if no clause matches', () => {
    const error = thrownBy(() =>
      attempt(
        () => usingFails(older(), newer()),
        except(KeyError, () => 1),
      ),
    );
    expect(error).toBeInstanceOf(SuppressedError);
  });

  test('may be caught whole, since clauses are tried on it first', () => {
    const body = () => usingFails(older(), newer());
    expect(
      attempt(
        body,
        except(SuppressedError, () => 'whole'),
        except(OSError, () => 'part'),
      ),
    ).toBe('whole');
  });

  test('stands in a chain when several disposers failed', () => {
    const [a, b, c] = [new ValueError('a'), new KeyError('b'), new OSError(5)];
    attempt(
      () => {
        using stack = new DisposableStack();
        stack.defer(failing(c));
        stack.defer(failing(b));
        throw a;
      },
      except(OSError, () => {}),
    );
    expect([contextOf(c), contextOf(b), contextOf(a)]).toEqual([b, a, undefined]);
  });

  test('does not let a catch-all eat Ctrl-C', () => {
    const error = thrownBy(() =>
      attempt(
        () => usingFails(older(), new KeyboardInterrupt()),
        except(Exception, () => 1),
      ),
    );
    expect(error).toBeInstanceOf(SuppressedError);
  });

  test('may hold itself', () => {
    const ring: { error?: unknown } & Error = new SuppressedError(1, 2);
    ring.error = ring;
    expect(
      thrownBy(() =>
        attempt(
          failing(ring),
          except(KeyError, () => 1),
        ),
      ),
    ).toBe(ring);
  });
});
