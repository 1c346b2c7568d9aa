/**
 * Re-expressed from CPython's Lib/test/test_exceptions.py (context chaining, exception state) and
 * Lib/test/test_grammar.py (try statement), with what is asynchronous and what only JavaScript has.
 */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
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
  raise,
  suppress,
  ValueError,
  ZeroDivisionError,
} from './index.ts';
import { thrownBy } from '../test/thrown-by.ts';

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
    expect(() => wrong({ try: body, except: [() => 1], finally: body })).toThrow(TypeError);
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
