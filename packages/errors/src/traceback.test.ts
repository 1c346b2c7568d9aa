/** Re-expressed from CPython's Lib/test/test_traceback.py (chaining, groups, notes, errors that cannot be shown). */
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { configure, parse, together } from '../test/failing.ts';
import {
  addNote,
  attempt,
  BaseExceptionGroup,
  except,
  ExceptionGroup,
  extractTb,
  formatException,
  formatExceptionOnly,
  KeyError,
  printException,
  raise,
  setContext,
  ValueError,
} from './index.ts';

const failing = fileURLToPath(new URL('../test/failing.ts', import.meta.url));

function thrownBy(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** An error without frames, to see the words alone. */
function bare<E extends Error>(error: E): E {
  return Object.defineProperty(error, 'stack', { value: undefined });
}

describe('formatException', () => {
  test('shows the calls with their lines, the most recent last, then the error', () => {
    const lines = formatException(thrownBy(parse)).split('\n');
    expect(lines[0]).toBe('Traceback (most recent call last):');
    expect(lines.slice(-3)).toEqual([
      `  File "${failing}", line 5, in parse`,
      "    throw new ValueError('not a number');",
      'ValueError: not a number',
    ]);
  });

  test('shows a cause before its consequence', () => {
    const text = formatException(thrownBy(configure));
    const [first, second] = text.split('\n\nThe above exception was the direct cause of the following exception:\n\n');
    expect(first).toMatch(/in parse\n.*\nValueError: not a number$/);
    expect(second).toMatch(/^Traceback.*in configure\n.*\nRuntimeError: cannot start$/s);
  });

  test('shows the error that was replaced', () => {
    const error = thrownBy(() =>
      attempt(
        parse,
        except(ValueError, () => raise(new KeyError('k'))),
      ),
    );
    const words = '\n\nDuring handling of the above exception, another exception occurred:\n\n';
    expect(formatException(error).split(words).length).toBe(2);
    expect(formatException(error)).toMatch(/KeyError: 'k'$/);
  });

  test('prefers the cause to the context; a cause of null shows neither', () => {
    const context = bare(new Error('context'));
    const cause = bare(new Error('cause'));
    expect(formatException(setContext(bare(new Error('e', { cause })), context))).not.toContain('context');
    expect(formatException(setContext(bare(new Error('e', { cause: null })), context))).toBe('Error: e');
    expect(formatException(setContext(bare(new Error('e', { cause: undefined })), context))).toContain(
      'Error: context',
    );
  });

  test('shows a ring of causes once', () => {
    const [a, b] = [bare(new Error('a')), bare(new Error('b'))];
    a.cause = b;
    b.cause = a;
    expect(formatException(a).match(/Error: /g)?.length).toBe(2);
  });

  test('shows a chain of any length', () => {
    let error = bare(new Error('0'));
    for (let i = 1; i < 20_000; i++) error = bare(new Error(String(i), { cause: error }));
    expect(formatException(error).endsWith('Error: 19999')).toBe(true);
  });

  test('shows notes after the message', () => {
    const error = bare(new ValueError('v'));
    addNote(error, 'note one');
    addNote(error, 'two\nlines');
    expect(formatException(error)).toBe('ValueError: v\nnote one\ntwo\nlines');
  });

  test('leaves the chain out, or some of the calls, on request', () => {
    const error = thrownBy(configure);
    expect(formatException(error, { chain: false })).not.toContain('ValueError');
    const count = (limit: number) => formatException(error, { chain: false, limit }).match(/File "/g)?.length ?? 0;
    expect([count(0), count(1), count(-2)]).toEqual([0, 1, 2]);
    expect(formatException(error, { chain: false, limit: -1 })).toContain('in configure');
    expect(formatException(error, { chain: false, limit: 1 })).not.toContain('in configure');
  });

  test('shows the newer error after the older one that `using` suppressed', () => {
    const error = new SuppressedError(bare(new ValueError('newer')), bare(new ValueError('older')));
    expect(formatException(error)).toMatch(/^ValueError: older\n\nDuring handling.*\n\nValueError: newer$/);
  });

  test.each([
    ['text', "'text'"],
    [undefined, 'undefined'],
    [{ a: 1 }, '{ a: 1 }'],
  ])('shows the thrown value %j', (value, text) => {
    expect(formatException(value)).toBe(text);
    expect(formatException(bare(new Error('e', { cause: value })))).toContain('Error: e');
  });

  test('shows errors of another realm, frozen errors, and messages that look like a stack', () => {
    expect(formatException(runInNewContext('new TypeError("elsewhere")'))).toMatch(/TypeError: elsewhere$/);
    expect(formatException(Object.freeze(bare(new ValueError('frozen'))))).toBe('ValueError: frozen');
    const message = 'said:\n    at somewhere (/no/such/file.js:1:1)';
    expect(extractTb(new Error(message)).some(({ filename }) => filename === '/no/such/file.js')).toBe(false);
  });

  test('shows an error that cannot be shown', () => {
    class Broken extends ValueError {}
    const raises = {
      get: () => {
        throw new Error('no');
      },
    };
    const error = bare(new Broken());
    Object.defineProperty(error, 'message', raises);
    expect(formatException(error)).toBe('Broken: <exception str() failed>');
    expect(formatException(Object.defineProperties(new Error('e'), { stack: raises, cause: raises }))).toBe('Error: e');
    expect(formatException(Object.defineProperty(bare(new Error('e')), 'name', { value: Symbol('s') }))).toContain(
      ': e',
    );
  });

  test('does not touch the stack, and hides this package’s and Node’s own calls', () => {
    const error = thrownBy(() =>
      attempt(
        parse,
        except(KeyError, () => 1),
      ),
    );
    const { stack } = error;
    const files = extractTb(error).map(({ filename }) => filename);
    expect(error.stack).toBe(stack);
    expect(files).toContain(failing);
    expect(files.filter((file) => file.startsWith('node:') || file.endsWith('attempt.ts'))).toEqual([]);
  });

  test('keeps a line between the calls of two threads', () => {
    const error = Object.defineProperty(new ValueError('v'), 'stack', {
      value:
        'ValueError: v\n    at f (/a.js:1:2)\n    --- raised in thread "worker-1" ---\n    at async g (file:///b.js:3:4)',
    });
    expect(formatException(error).split('\n')).toEqual([
      'Traceback (most recent call last):',
      '  File "/b.js", line 3, in g',
      '  --- raised in thread "worker-1" ---',
      '  File "/a.js", line 1, in f',
      'ValueError: v',
    ]);
    expect(extractTb(error)).toEqual([
      { filename: '/b.js', lineno: 3, colno: 4, name: 'g' },
      { filename: '/a.js', lineno: 1, colno: 2, name: 'f' },
    ]);
  });
});

describe('a group', () => {
  test('is drawn as a tree with the calls of each error', () => {
    const lines = formatException(together(), { limit: -1 }).split('\n');
    const place = `File "${failing}", line 17, in together`;
    const source =
      "return new ExceptionGroup('eg', [new ValueError('1'), new ExceptionGroup('in', [new OSError('t')])]);";
    expect(lines).toEqual([
      '  + Exception Group Traceback (most recent call last):',
      `  |   ${place}`,
      `  |     ${source}`,
      '  | ExceptionGroup: eg (2 sub-exceptions)',
      '  +-+---------------- 1 ----------------',
      '    | Traceback (most recent call last):',
      `    |   ${place}`,
      `    |     ${source}`,
      '    | ValueError: 1',
      '    +---------------- 2 ----------------',
      '    | Exception Group Traceback (most recent call last):',
      `    |   ${place}`,
      `    |     ${source}`,
      '    | ExceptionGroup: in (1 sub-exception)',
      '    +-+---------------- 1 ----------------',
      '      | Traceback (most recent call last):',
      `      |   ${place}`,
      `      |     ${source}`,
      '      | OSError: t',
      '      +------------------------------------',
    ]);
  });

  test('of the platform is drawn too, with members that are no errors', () => {
    const group = bare(new AggregateError([bare(new Error('a')), 'text'], 'all failed'));
    expect(formatException(group).split('\n')).toEqual([
      '  | AggregateError: all failed (2 sub-exceptions)',
      '  +-+---------------- 1 ----------------',
      '    | Error: a',
      '    +---------------- 2 ----------------',
      "    | 'text'",
      '    +------------------------------------',
    ]);
  });

  test('shows fifteen members, and says how many are left', () => {
    const group = bare(
      new ExceptionGroup(
        'wide',
        Array.from({ length: 17 }, () => bare(new ValueError('v'))),
      ),
    );
    const lines = formatException(group).split('\n');
    expect(lines.slice(-3)).toEqual([
      '    +---------------- ... ----------------',
      '    | and 2 more exceptions',
      '    +------------------------------------',
    ]);
    expect(lines.filter((line) => line.endsWith('ValueError: v')).length).toBe(15);
  });

  test('shows ten groups inside one another', () => {
    let group: Error = bare(new ValueError('inmost'));
    for (let i = 0; i < 20; i++) group = bare(new ExceptionGroup(String(i), [group]));
    const text = formatException(group);
    expect(text).toContain('... (max_group_depth is 10)');
    expect(text).not.toContain('inmost');
  });

  test('that holds itself ends', () => {
    const ring: { errors?: unknown } & Error = bare(new AggregateError([], 'ring'));
    ring.errors = Array.from({ length: 15 }, () => ring);
    expect(formatException(ring).split('\n').length).toBeLessThan(50);
  });

  test('as a cause, and with causes inside', () => {
    const inner = bare(new ValueError('v', { cause: bare(new KeyError('k')) }));
    const group = bare(new BaseExceptionGroup('g', [inner]));
    expect(formatException(bare(new Error('top', { cause: group }))).split('\n')).toEqual([
      '  | ExceptionGroup: g (1 sub-exception)',
      '  +-+---------------- 1 ----------------',
      "    | KeyError: 'k'",
      '    | ',
      '    | The above exception was the direct cause of the following exception:',
      '    | ',
      '    | ValueError: v',
      '    +------------------------------------',
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      'Error: top',
    ]);
  });
});

describe('the other forms', () => {
  test('formatExceptionOnly gives the last lines', () => {
    const error = thrownBy(configure);
    addNote(error, 'a note');
    expect(formatExceptionOnly(error)).toBe('RuntimeError: cannot start\na note');
    expect(formatExceptionOnly(new ValueError())).toBe('ValueError');
    expect(formatExceptionOnly(new ExceptionGroup('', [error]))).toBe('ExceptionGroup: (1 sub-exception)');
  });

  test('printException writes to a stream', () => {
    const written: string[] = [];
    printException(bare(new ValueError('v')), { file: { write: (text) => written.push(text) } });
    expect(written).toEqual(['ValueError: v\n']);
  });
});
