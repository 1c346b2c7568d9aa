/**
 * Re-expressed from CPython's Lib/test/test_exceptions.py (context chaining, exception state) and
 * Lib/test/test_grammar.py (try statement), with what is asynchronous and what only JavaScript has.
 */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  addNote,
  attempt,
  BaseException,
  contextOf,
  Exception,
  except,
  exceptGroup,
  handle,
  IndexError,
  KeyboardInterrupt,
  KeyError,
  LookupError,
  notesOf,
  OSError,
  raise,
  RuntimeError,
  setContext,
  suppress,
  ValueError,
  ZeroDivisionError,
} from './index.ts';

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const failing = (error: unknown) => () => raise(error);

describe('attempt', () => {
  test('gives the value of the body, and runs no handler', () => {
    expect(attempt(() => 5, except(Exception, failing(new Error('ran'))))).toBe(5);
    expect(attempt(() => 5)).toBe(5);
  });

  test('gives the value of the first clause that matches, even if a later one is closer', () => {
    const clauses = [
      except(ValueError, () => 'value'),
      except(LookupError, () => 'lookup'),
      except(KeyError, () => 'key'),
    ];
    expect(attempt(failing(new KeyError('k')), ...clauses)).toBe('lookup');
  });

  test('hands the error to the handler, for one class of several', () => {
    const error = new IndexError('i');
    expect(
      attempt(
        failing(error),
        except([KeyError, IndexError], (caught) => caught),
      ),
    ).toBe(error);
  });

  test('lets an error that no clause matches go on: the same object, untouched', () => {
    const error = Object.freeze(new KeyError('k'));
    expect(
      thrownBy(() =>
        attempt(
          failing(error),
          except(ValueError, () => 1),
        ),
      ),
    ).toBe(error);
    expect(contextOf(error)).toBe(undefined);
    expect(
      thrownBy(() =>
        attempt(
          failing(error),
          except([], () => 1),
        ),
      ),
    ).toBe(error);
  });

  test.each(['text', 5, null, undefined, { code: 'ENOENT' }])('lets the thrown value %j pass all clauses', (value) => {
    expect(
      thrownBy(() =>
        attempt(
          failing(value),
          except(BaseException, () => 1),
          except(Error, () => 1),
        ),
      ),
    ).toBe(value);
    expect(thrownBy(() => suppress(BaseException, failing(value)))).toBe(value);
  });

  test('lets Ctrl-C and a cancellation pass a catch-all', () => {
    const cancelled: unknown = AbortSignal.abort().reason;
    for (const error of [new KeyboardInterrupt(), cancelled])
      expect(
        thrownBy(() =>
          attempt(
            failing(error),
            except(Exception, () => 'eaten'),
          ),
        ),
      ).toBe(error);
  });

  test('catches errors of another realm by its base classes', () => {
    const body = () => runInNewContext(`null.x`) as never;
    expect(
      attempt(
        body,
        except(Exception, (error) => error.name),
      ),
    ).toBe('TypeError');
    expect(
      thrownBy(() =>
        attempt(
          body,
          except(TypeError, () => 'this realm'),
        ),
      ) instanceof TypeError,
    ).toBe(false);
  });

  test('runs a generator function only to its generator, as a call does', () => {
    const generator = attempt(
      function* () {
        yield raise(new ValueError('later'));
      },
      except(ValueError, () => 'never'),
    );
    expect(thrownBy(() => Array.from(generator))).toBeInstanceOf(ValueError);
  });

  test('calls handlers and bodies without a `this`', () => {
    const self = function (this: unknown) {
      return this;
    };
    expect(attempt(self)).toBe(undefined);
    expect(attempt(failing(new ValueError()), except(ValueError, self))).toBe(undefined);
    expect(attempt({ try: self })).toBe(undefined);
  });

  test('refuses misuse with a sentence, before anything runs', () => {
    let ran = 0;
    const body = () => ran++;
    const wrong = attempt as (...args: unknown[]) => unknown;
    expect(() => wrong(body, () => 1)).toThrow('except(Class, handler)');
    expect(() => wrong(body, ValueError)).toThrow(TypeError);
    expect(() => wrong(body, undefined)).toThrow(TypeError);
    expect(() =>
      wrong(
        body,
        except(ValueError, () => 1),
        exceptGroup(KeyError, () => 1),
      ),
    ).toThrow('cannot be mixed');
    expect(() => wrong({ try: body, except: [() => 1] })).toThrow(TypeError);
    expect(() => wrong({ body })).toThrow('give a function, or an object with `try`');
    expect(() => wrong(undefined)).toThrow(TypeError);
    expect(ran).toBe(0);
  });
});

describe('except', () => {
  test.each([
    [Map],
    [new ValueError()],
    ['ValueError'],
    [undefined],
    [[ValueError, undefined]],
    [() => {}],
    [Symbol('s')],
  ])('refuses %s, which is no error class', (type: unknown) => {
    expect(() => except(type as typeof Error, () => 1)).toThrow(TypeError);
  });

  test('refuses a missing handler', () => {
    expect(() => except(ValueError, undefined as unknown as () => void)).toThrow(
      'the second argument must be a function',
    );
  });

  test('accepts native and abstract classes, those of other realms, and DOMException', () => {
    const Foreign = runInNewContext('RangeError') as typeof RangeError;
    expect(
      attempt(
        failing(new Foreign('r')),
        except([DOMException, Foreign], () => 'caught'),
      ),
    ).toBe('caught');
    expect(
      attempt(
        failing(new DOMException('d')),
        except(DOMException, () => 'caught'),
      ),
    ).toBe('caught');
  });
});

describe('an asynchronous attempt', () => {
  test('is a promise exactly when the body gave one', async () => {
    expect(attempt(() => 1)).toBe(1);
    // oxlint-disable-next-line unicorn/no-thenable -- the subject of the test
    const thenable: PromiseLike<number> = { then: (resolve) => Promise.resolve(2).then(resolve) };
    const promise = attempt(() => thenable);
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBe(2);
    expect(
      attempt(
        failing(new ValueError()),
        except(ValueError, () => 3),
      ),
    ).toBe(3);
    expect(
      await attempt(
        failing(new ValueError()),
        except(ValueError, async () => 4),
      ),
    ).toBe(4);
  });

  test('handles rejections by class, and awaits its handler', async () => {
    const body = async () => raise(new KeyError('k'));
    expect(
      await attempt(
        body,
        except(KeyError, async (error) => error.key),
      ),
    ).toBe('k');
    await expect(
      attempt(
        body,
        except(ValueError, () => 1),
      ),
    ).rejects.toThrow(KeyError);
  });

  test('handles the rejection of a foreign thenable, once', async () => {
    let calls = 0;
    const thenable: PromiseLike<never> = {
      // oxlint-disable-next-line unicorn/no-thenable -- the subject of the test
      then(_resolve, reject) {
        calls++;
        return Promise.reject(new KeyError('k')).then(undefined, reject);
      },
    };
    expect(
      await attempt(
        () => thenable,
        except(KeyError, () => 'caught'),
      ),
    ).toBe('caught');
    expect(calls).toBe(1);
  });

  test('keeps the caller’s frames in the stack', async () => {
    async function caller() {
      return await attempt(async () => {
        await Promise.resolve();
        throw new ValueError('v');
      });
    }
    const error: unknown = await caller().catch((error: unknown) => error);
    expect((error as Error).stack).toContain('caller');
  });

  test('gives an error of its handler the error it replaced', async () => {
    const first = new KeyError('first');
    const body = async () => raise(first);
    for (const handler of [async () => raise(new ValueError('second')), () => raise(new ValueError('second'))]) {
      const error: unknown = await attempt(body, except(KeyError, handler)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ValueError);
      expect(contextOf(error)).toBe(first);
    }
  });
});

describe('the statement', () => {
  function run(body: () => unknown): readonly string[] {
    const log: string[] = [];
    const note = <T>(word: string, value: T) => {
      log.push(word);
      return value;
    };
    suppress(BaseException, () =>
      attempt({
        try: () => note('try', body()),
        except: [except(ValueError, () => note('except', 0))],
        else: () => note('else', 0),
        finally: () => note('finally', 0),
      }),
    );
    return log;
  }

  test('runs its parts in Python’s order', () => {
    expect(run(() => 1)).toEqual(['try', 'else', 'finally']);
    expect(run(failing(new ValueError()))).toEqual(['except', 'finally']);
    expect(run(failing(new KeyError('k')))).toEqual(['finally']);
  });

  test('gives the value of else, which gets that of try', () => {
    expect(attempt({ try: () => 'abc', else: (text) => text.length })).toBe(3);
    expect(attempt({ try: () => 'abc' })).toBe('abc');
  });

  test('does not catch the errors of else', () => {
    const error = new ValueError('from else');
    const clauses = [except(ValueError, () => 'caught')];
    expect(thrownBy(() => attempt({ try: () => 1, except: clauses, else: failing(error) }))).toBe(error);
  });

  test('drops the value of finally, which can raise but not swallow', () => {
    expect(attempt({ try: () => 'try', finally: () => 'finally' })).toBe('try');
    const error = new ValueError('goes on');
    expect(thrownBy(() => attempt({ try: failing(error), finally: () => 'swallowed?' }))).toBe(error);
    const raised = thrownBy(() => attempt({ try: failing(error), finally: failing(new KeyError('k')) }));
    expect(raised).toBeInstanceOf(KeyError);
    expect(contextOf(raised)).toBe(error);
    expect(thrownBy(() => attempt({ try: () => 1, finally: failing(error) }))).toBe(error);
  });

  test('lets finally see what the handler raised', () => {
    const [first, second, third] = [new ValueError('1'), new ValueError('2'), new ValueError('3')];
    thrownBy(() =>
      attempt({ try: failing(first), except: [except(ValueError, failing(second))], finally: failing(third) }),
    );
    expect([contextOf(third), contextOf(second), contextOf(first)]).toEqual([second, first, undefined]);
  });

  test('awaits each part when try is asynchronous', async () => {
    const log: string[] = [];
    const later = async (word: string) => {
      await Promise.resolve();
      log.push(word);
      return word;
    };
    const value = attempt({ try: () => later('try'), else: () => later('else'), finally: () => later('finally') });
    expect(log).toEqual([]);
    expect(await value).toBe('else');
    expect(log).toEqual(['try', 'else', 'finally']);
  });

  test('runs finally after an asynchronous handler of a synchronous try', async () => {
    const log: string[] = [];
    const handler = async () => {
      await Promise.resolve();
      log.push('except');
    };
    await attempt({
      try: failing(new ValueError()),
      except: [except(ValueError, handler)],
      finally: () => log.push('finally'),
    });
    expect(log).toEqual(['except', 'finally']);
  });

  test('gives what an asynchronous finally raises the error it replaced', async () => {
    const first = new ValueError('first');
    const statement = { try: async () => raise(first), finally: async () => raise(new KeyError('second')) };
    const error: unknown = await attempt(statement).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(KeyError);
    expect(contextOf(error)).toBe(first);
    await expect(attempt({ try: async () => raise(first), finally: async () => {} })).rejects.toBe(first);
  });

  test('refuses an asynchronous finally beside a synchronous try', () => {
    const wrong = attempt as unknown as (statement: object) => unknown;
    const statement = { try: () => 1, finally: async () => raise(new Error('nobody waits')) };
    expect(() => wrong(statement)).toThrow('make `try` async');
  });
});

describe('handle', () => {
  test('serves a native catch, which keeps return, yield and await', async () => {
    async function* parts() {
      try {
        yield 1;
        throw new KeyError('k');
      } catch (error) {
        return handle(
          error,
          except(KeyError, (caught) => caught.key),
        );
      }
    }
    const generator = parts();
    expect(await generator.next()).toEqual({ value: 1, done: false });
    expect(await generator.next()).toEqual({ value: 'k', done: true });
  });

  test('raises the same error if no clause matches', () => {
    const error = new KeyError('k');
    expect(
      thrownBy(() =>
        handle(
          error,
          except(ValueError, () => 1),
        ),
      ),
    ).toBe(error);
    expect(thrownBy(() => handle(error))).toBe(error);
  });
});

describe('raise', () => {
  test('raises any value as it is', () => {
    const error = new ValueError('v');
    expect(thrownBy(failing(error))).toBe(error);
    expect(thrownBy(failing('text'))).toBe('text');
  });

  test('raises a class as an instance of it', () => {
    expect(thrownBy(() => raise(ZeroDivisionError))).toBeInstanceOf(ZeroDivisionError);
  });
});

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

describe('suppress', () => {
  test('forgets errors of its classes only', () => {
    expect(suppress(KeyError, failing(new KeyError('k')))).toBe(undefined);
    expect(suppress([KeyError, ValueError], failing(new ValueError()))).toBe(undefined);
    expect(suppress(LookupError, failing(new KeyError('k')))).toBe(undefined);
    expect(suppress(KeyError, () => 5)).toBe(5);
    const error = new RuntimeError('r');
    expect(thrownBy(() => suppress(KeyError, failing(error)))).toBe(error);
    expect(thrownBy(() => suppress([], failing(error)))).toBe(error);
  });

  test('is asynchronous with its body', async () => {
    expect(await suppress(KeyError, async () => raise(new KeyError('k')))).toBe(undefined);
    await expect(suppress(KeyError, async () => raise(new ValueError()))).rejects.toThrow(ValueError);
  });

  test('refuses what is no error class', () => {
    expect(() => suppress(Map as unknown as typeof Error, () => 1)).toThrow('suppress: catching Map is not possible');
  });
});
