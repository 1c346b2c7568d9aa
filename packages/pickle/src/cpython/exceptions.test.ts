/** Exceptions of Python and errors here, both ways. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import * as errors from '@p8/errors';
import { Python } from '../../test/python.ts';
import { argsOf, dump, load, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

async function raised(code: string): Promise<Error> {
  return load(await python.dumps(`try:\n    ${code}\nexcept BaseException as error: value = error`)) as Error;
}

const caught = (body: () => unknown): Error => {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was raised');
};

describe('an exception that arrives', () => {
  test.each([
    ['raise ValueError("kapow", 7)', errors.ValueError, "('kapow', 7)", ['kapow', 7]],
    ['raise ValueError("kapow")', errors.ValueError, 'kapow', ['kapow']],
    ['raise ValueError()', errors.ValueError, '', []],
    ['raise ValueError(None)', errors.ValueError, 'None', [null]],
    [
      'raise ValueError([1, "a\'b", 2.5, b"x", {"k": ()}, {3}, True])',
      errors.ValueError,
      `[1, "a'b", 2.5, b'x', {'k': ()}, {3}, True]`,
      undefined,
    ],
    ['raise ValueError((1,))', errors.ValueError, '(1,)', [PyTuple.of(1)]],
    ['{}["k"]', errors.KeyError, "'k'", ['k']],
    ['[][3]', errors.IndexError, 'list index out of range', undefined],
    ['1 / 0', errors.ZeroDivisionError, 'division by zero', undefined],
    ['int("x")', errors.ValueError, "invalid literal for int() with base 10: 'x'", undefined],
    ['1 + "x"', TypeError, "unsupported operand type(s) for +: 'int' and 'str'", undefined],
    ['compile("a b", "f", "exec")', SyntaxError, 'invalid syntax', undefined],
    ['assert False, "no"', errors.AssertionError, 'no', ['no']],
    ['raise TimeoutError("timed out")', errors.TimeoutError, 'timed out', ['timed out']],
    ['raise RecursionError("deep")', errors.RecursionError, 'deep', ['deep']],
    ['raise KeyboardInterrupt', errors.KeyboardInterrupt, '', []],
    ['raise UnicodeWarning("w")', errors.Warning, 'w', ['w']],
    ['raise IndentationError("i")', SyntaxError, 'i', ['i']],
  ])('%s', async (code, type, message, args) => {
    const error = await raised(code);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
    if (args) expect(argsOf(error)).toStrictEqual(PyTuple.from<unknown>(args));
  });

  test('an OSError has its fields', async () => {
    const error = await raised('open("/no/such")');
    expect(error).toBeInstanceOf(errors.FileNotFoundError);
    expect(error).toMatchObject({ errno: 2, code: 'ENOENT', strerror: 'No such file or directory', path: '/no/such' });
    expect(error.message).toBe("[Errno 2] No such file or directory: '/no/such'");
    expect(await raised('raise BlockingIOError(11, "full", 5)')).toMatchObject({ errno: 11, charactersWritten: 5 });
    expect(await raised('raise OSError(5, "io", "a", None, "b")')).toMatchObject({ path: 'a', dest: 'b' });
  });

  test('other named fields', async () => {
    expect(await raised('raise SystemExit(3)')).toMatchObject({ code: 3 });
    expect(await raised('raise SystemExit')).toMatchObject({ code: undefined });
    expect(await raised('import no_such_module')).toMatchObject({ module: 'no_such_module' });
    const decode = (await raised(String.raw`b"a\xff".decode()`)) as errors.UnicodeDecodeError;
    expect(decode).toMatchObject({ encoding: 'utf-8', object: Buffer.from('a\xff', 'latin1'), start: 1, end: 2 });
    const encode = (await raised('"😀é".encode("ascii")')) as errors.UnicodeEncodeError;
    expect([encode.object.slice(0, encode.start), encode.object.slice(encode.start, encode.end)]).toEqual(['', '😀é']);
  });

  test('its notes and attributes come along, and none hides what an error is', async () => {
    const error = await raised(
      'e = ValueError("x"); e.__notes__ = ["one"]; e.detail = [1]; e.stack = "no"; e.message = "no"; e.__proto__ = 1; raise e',
    );
    expect(errors.notesOf(error)).toEqual(['one']);
    expect(error).toMatchObject({ detail: [1], message: 'x' });
    expect(error).toBeInstanceOf(errors.ValueError);
    expect(error.stack).not.toBe('no');
  });

  test('a group, and one in a group', async () => {
    const group = (await raised(
      'raise BaseExceptionGroup("all", [ValueError(1), BaseExceptionGroup("in", [KeyboardInterrupt()])])',
    )) as errors.BaseExceptionGroup;
    expect(group.message).toBe('all');
    expect(group.exceptions.map((error) => error.name)).toEqual(['ValueError', 'BaseExceptionGroup']);
  });

  test('its stack begins where load was called', async () => {
    const error = await raised('raise KeyError("k")');
    expect(error.stack).toContain("KeyError: 'k'");
    expect(error.stack?.split('\n')[1]).toContain('raised');
  });

  test('a message that would never end is cut', async () => {
    const error = await raised('l = []\n    for i in range(60): l = [l, l]\n    raise ValueError(l)');
    expect(error.message.length).toBeLessThan(10_010);
  });

  test('arguments that make no such error are refused with its name', () => {
    const make = (name: string, args: string) => Buffer.from(`cbuiltins\n${name}\n(${args}tR.`);
    expect(() => load(make('UnicodeDecodeError', 'I1\n'))).toThrow('builtins.UnicodeDecodeError cannot be made: its');
    expect(() => load(make('UnicodeEncodeError', 'VA\nVb\nN'))).toThrow(
      'builtins.UnicodeEncodeError cannot be made: its',
    );
    expect(() => load(make('ExceptionGroup', 'Vx\n(l'))).toThrow('builtins.ExceptionGroup cannot be made: ');
    expect(load(make('OSError', 'NN'))).toBeInstanceOf(errors.OSError);
  });
});

class BadPort extends errors.ValueError {}

describe('an error that is sent', () => {
  test.each([
    [new errors.ValueError('x'), "ValueErrortuple('x')"],
    [new errors.ValueError(), 'ValueErrortuple()'],
    [new BadPort('port'), "ValueErrortuple('port')"],
    [new Error('plain'), "Exceptiontuple('plain')"],
    [new errors.Exception('own'), "Exceptiontuple('own')"],
    [new TypeError('t'), "TypeErrortuple('t')"],
    [new RangeError('r'), "ValueErrortuple('r')"],
    [new ReferenceError('r'), "NameErrortuple('r')"],
    [new URIError('u'), "Exceptiontuple('u')"],
    [new AggregateError([1], 'all'), "Exceptiontuple('all')"],
    [new errors.KeyError('k'), "KeyErrortuple('k')"],
    [new errors.KeyError(PyTuple.of(1)), 'KeyErrortuple(tuple(1))'],
    [new errors.SystemExit(3), 'SystemExittuple(3)'],
    [new errors.OSError(2, { path: 'a' }), "FileNotFoundErrortuple(2, 'No such file or directory')"],
    [new errors.OSError(111), "ConnectionRefusedErrortuple(111, 'Connection refused')"],
    [new errors.TimeoutError('timed out'), "TimeoutErrortuple('timed out')"],
    [
      new errors.BlockingIOError(11, { charactersWritten: 3 }),
      "BlockingIOErrortuple(11, 'Resource temporarily unavailable', 3)",
    ],
    [
      new errors.ExceptionGroup('g', [new errors.ValueError('v'), new TypeError('t')]),
      "ExceptionGrouptuple('g', list(ValueErrortuple('v'), TypeErrortuple('t')))",
    ],
    [caught(() => readFileSync('/no/such')), "FileNotFoundErrortuple(2, 'No such file or directory')"],
    [caught(() => Array(-1)), "ValueErrortuple('Invalid array length')"],
    [
      caught(function again(): unknown {
        return [again()];
      }),
      "RecursionErrortuple('Maximum call stack size exceeded')",
    ],
  ])('%o', async (error, expected) => {
    expect(await python.shown(dump(error))).toBe(expected);
  });

  test('a file name, notes and other fields arrive', async () => {
    expect(
      await python.shown(
        dump(new errors.OSError(2, { path: 'a', dest: 'b' })),
        'value = [value.filename, value.filename2]',
      ),
    ).toBe("list('a', 'b')");
    const error = new errors.ModuleNotFoundError('none', { module: 'none' });
    errors.addNote(error, 'one');
    expect(await python.shown(dump(error), 'value = [value.name, value.__notes__]')).toBe("list('none', list('one'))");
    const encode = new errors.UnicodeEncodeError({ encoding: 'ascii', object: '😀é', start: 2, end: 3, reason: 'no' });
    expect(await python.shown(dump(encode), 'value = value.args')).toBe("tuple('ascii', '😀é', 1, 2, 'no')");
  });

  test('one that arrived goes back with its arguments', async () => {
    const codes = [
      'raise ValueError("kapow", 7, [1])',
      'raise KeyError',
      'raise KeyError(1, 2)',
      'raise StopIteration(5)',
      'raise SystemExit(None)',
      String.raw`b"\xff".decode()`,
      '"é".encode("ascii")',
    ];
    for (const code of codes) {
      const sent = dump(await raised(code));
      expect(await python.shown(sent)).toBe(
        await python.show(`try:\n    ${code}\nexcept BaseException as error: value = error`),
      );
    }
  });

  test('every builtin exception of Python arrives, and goes back as itself or as its parent', async () => {
    const code = `import builtins
value = [kind("x") for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)
         and not issubclass(kind, (BaseExceptionGroup, UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError))]`;
    const all = load(await python.dumps(code)) as Error[];
    expect(all.length).toBeGreaterThan(60);
    for (const error of all) expect(error).toBeInstanceOf(Error);
    const check = 'value = all(type(a) is type(b) or issubclass(type(b), type(a)) for a, b in zip(value, sent))';
    const sent = dump(all);
    expect(await python.shown(sent, `${code.replaceAll('value =', 'sent =')}\n${check}`)).toBe('True');
  });
});
