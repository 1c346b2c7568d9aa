/** Re-expressed from CPython's Lib/test/test_except_star.py. */
import { describe, expect, test } from 'vitest';
import {
  attempt,
  BaseExceptionGroup,
  contextOf,
  Exception,
  exceptGroup,
  ExceptionGroup,
  handle,
  KeyboardInterrupt,
  KeyError,
  OSError,
  raise,
  ValueError,
} from './index.ts';

function shape(error: unknown): unknown {
  if (error instanceof BaseExceptionGroup) return [error.message, ...error.exceptions.map(shape)];
  return (error as Error).message;
}

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

const values = () => new ExceptionGroup('g', [new ValueError('1'), new TypeError('2'), new OSError('3')]);

describe('exceptGroup', () => {
  test('runs every clause that has a part, in order, and raises the rest in its shape', () => {
    const seen: unknown[] = [];
    const rest = thrownBy(() =>
      attempt(
        () => raise(values()),
        exceptGroup(TypeError, (group) => seen.push(shape(group))),
        exceptGroup(KeyError, () => seen.push('never')),
        exceptGroup(ValueError, (group) => seen.push(shape(group))),
      ),
    );
    expect(seen).toEqual([
      ['g', '2'],
      ['g', '1'],
    ]);
    expect(shape(rest)).toEqual(['g', '3']);
  });

  test('gives an error to the first clause only', () => {
    const seen: string[] = [];
    const clauses = [
      exceptGroup(Exception, () => seen.push('first')),
      exceptGroup(ValueError, () => seen.push('second')),
    ];
    expect(attempt(() => raise(values()), ...clauses)).toBe(undefined);
    expect(seen).toEqual(['first']);
  });

  test('has no result but undefined when all was handled, and the body’s value without an error', () => {
    expect(
      attempt(
        () => raise(values()),
        exceptGroup([ValueError, TypeError, OSError], () => 5),
      ),
    ).toBe(undefined);
    expect(
      attempt(
        () => 7,
        exceptGroup(ValueError, () => 5),
      ),
    ).toBe(7);
    expect(attempt({ try: () => raise(values()), except: [exceptGroup(Exception, () => 5)] })).toBe(undefined);
  });

  test('wraps an error that is no group, and lets one that does not match go on as it is', () => {
    const naked = new ValueError('9');
    let seen: unknown;
    attempt(
      () => raise(naked),
      exceptGroup(ValueError, (group) => {
        seen = group;
      }),
    );
    expect(shape(seen)).toEqual(['', '9']);
    expect(seen).toBeInstanceOf(ExceptionGroup);
    const other = new OSError('4');
    expect(
      thrownBy(() =>
        attempt(
          () => raise(other),
          exceptGroup(ValueError, () => 1),
        ),
      ),
    ).toBe(other);
    const whole = values();
    expect(
      thrownBy(() =>
        attempt(
          () => raise(whole),
          exceptGroup(KeyError, () => 1),
        ),
      ),
    ).toBe(whole);
    expect(
      thrownBy(() =>
        attempt(
          () => raise('text'),
          exceptGroup(Exception, () => 1),
        ),
      ),
    ).toBe('text');
  });

  test('raises what the handlers raised together with the rest', () => {
    const error = thrownBy(() =>
      attempt(
        () => raise(values()),
        exceptGroup(ValueError, () => raise(new KeyError('new'))),
        exceptGroup(TypeError, () => {}),
      ),
    ) as ExceptionGroup;
    expect(shape(error)).toEqual(['', "'new'", ['g', '3']]);
    expect(shape(contextOf(error.exceptions[0]))).toEqual(['g', '1']);
  });

  test('raises a single error of a handler as it is, if nothing else is left', () => {
    const single = new KeyError('new');
    expect(
      thrownBy(() =>
        attempt(
          () => raise(values()),
          exceptGroup(Exception, () => raise(single)),
        ),
      ),
    ).toBe(single);
    expect(
      thrownBy(() =>
        attempt(
          () => raise(new ValueError()),
          exceptGroup(ValueError, () => raise(single)),
        ),
      ),
    ).toBe(single);
  });

  test('joins parts that are raised again with the rest, in the original’s shape', () => {
    const error = thrownBy(() =>
      attempt(
        () =>
          raise(
            new ExceptionGroup('g', [
              new ValueError('1'),
              new ExceptionGroup('h', [new TypeError('2'), new ValueError('3')]),
            ]),
          ),
        exceptGroup(ValueError, (group) => raise(group)),
      ),
    );
    expect(shape(error)).toEqual(['g', '1', ['h', '2', '3']]);
    const wrapped = thrownBy(() =>
      attempt(
        () => raise(new ValueError('9')),
        exceptGroup(ValueError, (group) => raise(group)),
      ),
    );
    expect(shape(wrapped)).toEqual(['', '9']);
  });

  test('joins only what is raised again of a part', () => {
    const group = new ExceptionGroup('g', [new ValueError('keep'), new ValueError('drop'), new OSError('rest')]);
    const error = thrownBy(() =>
      attempt(
        () => raise(group),
        exceptGroup(ValueError, (part) => raise(part.subgroup((e) => e.message === 'keep'))),
      ),
    );
    expect(shape(error)).toEqual(['g', 'keep', 'rest']);
  });

  test('lets a thrown value that is no error end everything', () => {
    expect(
      thrownBy(() =>
        attempt(
          () => raise(values()),
          exceptGroup(ValueError, () => raise('text')),
        ),
      ),
    ).toBe('text');
  });

  test('handles Ctrl-C in a group, by its class', () => {
    const group = new BaseExceptionGroup('g', [new ValueError('1'), new KeyboardInterrupt('stop')]);
    const rest = thrownBy(() =>
      attempt(
        () => raise(group),
        exceptGroup(Exception, () => {}),
      ),
    );
    expect(shape(rest)).toEqual(['g', 'stop']);
    expect(rest).not.toBeInstanceOf(ExceptionGroup);
  });

  test('runs finally after the handlers', () => {
    const log: string[] = [];
    attempt({
      try: () => raise(values()),
      except: [exceptGroup(Exception, () => log.push('except'))],
      finally: () => log.push('finally'),
    });
    expect(log).toEqual(['except', 'finally']);
  });

  test('serves a native catch', () => {
    expect(
      handle(
        values(),
        exceptGroup(Exception, () => 1),
      ),
    ).toBe(undefined);
    const rest = thrownBy(() =>
      handle(
        values(),
        exceptGroup([ValueError, OSError], () => 1),
      ),
    );
    expect(shape(rest)).toEqual(['g', '2']);
  });

  test('handles the newer error where `using` suppressed one', () => {
    const error = new SuppressedError(values(), new KeyError('older'));
    let seen: unknown;
    attempt(
      () => raise(error),
      exceptGroup([ValueError, TypeError, OSError], (group) => {
        seen = group;
      }),
    );
    expect(shape(seen)).toEqual(shape(values()));
    expect(
      thrownBy(() =>
        attempt(
          () => raise(error),
          exceptGroup(KeyboardInterrupt, () => 1),
        ),
      ),
    ).toBe(error);
  });
});

describe('asynchronous handlers', () => {
  test('are awaited one after the other, and their errors collected', async () => {
    const log: string[] = [];
    const step = (word: string) => async () => {
      log.push(`${word} begins`);
      await Promise.resolve();
      log.push(`${word} ends`);
    };
    const promise = attempt(
      async () => raise(values()),
      exceptGroup(ValueError, step('first')),
      exceptGroup(TypeError, async () => raise(new KeyError('new'))),
      exceptGroup(OSError, step('last')),
    );
    await expect(promise).rejects.toThrow(KeyError);
    expect(log).toEqual(['first begins', 'first ends', 'last begins', 'last ends']);
  });

  test('make a promise of a synchronous attempt', async () => {
    const result = attempt(
      () => raise(values()),
      exceptGroup(Exception, async () => 5),
    );
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toBe(undefined);
  });
});

describe('misuse', () => {
  test('a group class, and what is no error class', () => {
    for (const type of [ExceptionGroup, BaseExceptionGroup, class Mine extends ExceptionGroup {}])
      expect(() => exceptGroup(type, () => 1)).toThrow('catching a group class is not allowed; use except');
    expect(() => exceptGroup(5 as unknown as typeof Error, () => 1)).toThrow(TypeError);
    expect(() => exceptGroup(ValueError, undefined as unknown as () => void)).toThrow(TypeError);
  });
});
