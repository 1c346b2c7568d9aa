/** What Python's values become here, in each of its protocols. */
import { afterAll, describe, expect, test } from 'vitest';
import { ValueError } from '@p8/errors';
import { UnpicklingError } from '@p8/pickle';
import { Python } from '../../test/python.ts';
import { dump, Ellipsis, load, PyByteArray, PyFloat, PyFrozenSet, PyGlobal, PyObject, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

describe.each([0, 1, 2, 3, 4, 5])('load of protocol %i', (protocol) => {
  test.each([
    ['1', 1],
    ['-1', -1],
    ['70000', 70_000],
    ['-2**31', -(2 ** 31)],
    ['2**47', 2 ** 47],
    ['-2**47 - 1', -(2 ** 47) - 1],
    ['2**53 - 1', Number.MAX_SAFE_INTEGER],
    ['2**53', 2n ** 53n],
    ['-2**53', -(2n ** 53n)],
    ['2**2100', 2n ** 2100n],
    ['0.1', 0.1],
    ['2.0', 2],
    ['-0.0', -0],
    ['1e300', 1e300],
    ['float("inf")', Infinity],
    ['float("-inf")', -Infinity],
    ['float("nan")', NaN],
    ['None', null],
    ['True', true],
    ['False', false],
    ['""', ''],
    ['"plain"', 'plain'],
    [String.raw`"\\ \\\\ ' \" é 😀 \n \r \x00 \x1a \\u0041 \\"`, '\\ \\\\ \' " é 😀 \n \r \0 \x1a \\u0041 \\'],
    [String.raw`"\ud800 \udfff"`, '\ud800 \udfff'],
    [String.raw`"\ufffd"`, '\ufffd'],
    ['"é" * 300', 'é'.repeat(300)],
    ['b""', Buffer.alloc(0)],
    [String.raw`b"\x00\xff\n"`, Buffer.from([0, 255, 10])],
    ['b"x" * 300', Buffer.alloc(300, 'x')],
    ['bytearray(b"ab")', Buffer.from('ab')],
    ['bytearray()', Buffer.alloc(0)],
    ['[1, [2], []]', [1, [2], []]],
    ['list(range(2500))', Array.from({ length: 2500 }, (_, i) => i)],
    ['()', PyTuple.of()],
    ['(1,)', PyTuple.of(1)],
    [
      '(1, (2, 3), (4, 5, 6), (7, 8, 9, 10))',
      PyTuple.of(1, PyTuple.of(2, 3), PyTuple.of(4, 5, 6), PyTuple.of(7, 8, 9, 10)),
    ],
    ['{}', new Map()],
    [
      '{"a": 1, 2: [3], (4,): None}',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, [3]],
        [PyTuple.of(4), null],
      ]),
    ],
    ['{1, "x"}', new Set([1, 'x'])],
    ['set()', new Set()],
    ['frozenset((1,))', new PyFrozenSet([1])],
    ['...', Ellipsis],
    [
      'collections.OrderedDict(b=1, a=2)',
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    ],
    ['collections.defaultdict(int, a=1)', new Map([['a', 1]])],
    ['collections.Counter("aa")', new Map([['a', 2]])],
    ['collections.deque([1, 2])', [1, 2]],
    [
      'datetime.datetime(2026, 11, 27, 1, 2, 3, 4999, datetime.timezone.utc)',
      new Date(Date.UTC(2026, 10, 27, 1, 2, 3, 4)),
    ],
    [
      'datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(-datetime.timedelta(hours=5)))',
      new Date('2026-01-01T05:00:00Z'),
    ],
  ])('%s', async (code, expected) => {
    expect(load(await python.dumps(`value = ${code}`, protocol))).toStrictEqual(expected);
  });

  test('what is shared or cyclic stays so', async () => {
    const code = 'value = []; t = (value, 1); f = (value, 2, 3, 4); d = {}; value += [value, t, t, f, d, d]';
    const value = load(await python.dumps(code, protocol)) as unknown[][];
    expect(value[0]).toBe(value);
    expect(value[1]).toBe(value[2]);
    expect(value[1]?.[0]).toBe(value);
    expect(value[3]?.[0]).toBe(value);
    expect(value[4]).toBe(value[5]);
    const inner = load(await python.dumps('l = []; value = (l, 1); l.append(value)', protocol)) as unknown[][];
    expect(inner[0]?.[0]).toBe(inner);
  });

  test('more than 256 things in its memo', async () => {
    const value = load(
      await python.dumps('l = [[i] for i in range(300)]; value = [l, list(l)]', protocol),
    ) as unknown[][];
    expect(value[0]?.every((item, index) => item === value[1]?.[index])).toBe(true);
  });

  test.each([
    'value = decimal.Decimal("1.5")',
    'value = complex(1, 2)',
    'value = fractions.Fraction(1, 3)',
    'value = uuid.UUID(int=5)',
    'value = range(3)',
    'value = slice(1, None)',
    'value = datetime.date(2026, 1, 1)',
    'value = datetime.datetime(2026, 1, 1)',
    'value = datetime.time(1)',
    'value = datetime.timedelta(1)',
  ])('%s stays what it is, and goes back', async (code) => {
    const value = load(await python.dumps(code, protocol));
    expect(value).toBeInstanceOf(PyObject);
    expect(await python.shown(dump(value))).toBe(await python.show(code));
  });

  test('a class that is not on the allow-list is refused by name, and nothing of it runs', async () => {
    const bytes = await python.dumps('value = shapes.Point(1, 2)', protocol);
    const error = await Promise.resolve(bytes)
      .then(load)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnpicklingError);
    expect((error as Error).message).toMatch(
      /^the pickle cannot be loaded at offset \d+: shapes\.Point is not on the allow-list: say what it becomes with `allow\(\{ 'shapes\.Point': … \}\)`/,
    );
    await expect(python.dumps('value = shapes.evil', protocol).then(load)).rejects.toThrow('shapes.evil is not on');
    await expect(python.dumps('value = eval', protocol).then(load)).rejects.toThrow('builtins.eval is not on');
    await expect(python.dumps('value = print', protocol).then(load)).rejects.toThrow('builtins.print is not on');
  });
});

describe('load', () => {
  test('a class may be named and not called', async () => {
    const value = load(await python.dumps('value = [int, ...]')) as PyGlobal[];
    expect(value.map(String)).toEqual(['builtins.int', 'builtins.Ellipsis']);
    expect(value[0]).toBeInstanceOf(PyGlobal);
    expect(() => load(Buffer.from('cbuiltins\nint\n(I1\ntR.'))).toThrow(
      'builtins.int cannot be made: it may be named only',
    );
  });

  test("with dict: 'object' a dict is an object", async () => {
    const bytes = await python.dumps('value = {"a": {"__proto__": 1}, "b": collections.OrderedDict(c=1)}');
    const value = load(bytes, { dict: 'object' }) as { a: object };
    expect(JSON.stringify(value)).toBe('{"a":{"__proto__":1},"b":{"c":1}}');
    expect(Object.getPrototypeOf(value.a)).toBe(Object.prototype);
    await expect(python.dumps('value = {1: 2}').then((b) => load(b, { dict: 'object' }))).rejects.toThrow(
      "a dict has a key that is no str, which no object can have: load it with `dict: 'map'`",
    );
  });

  test('with exact, floats and bytearrays keep their type', async () => {
    const bytes = await python.dumps(
      'value = [2.0, 0.5, -0.0, 1e300, 3, bytearray(b"x"), datetime.datetime.now(datetime.timezone.utc)]',
    );
    const [two, half, zero, large, three, array, now] = load(bytes, { exact: true }) as unknown[];
    expect(two).toStrictEqual(new PyFloat(2));
    expect((two as number) + 1).toBe(3);
    expect([half, zero, large, three]).toStrictEqual([0.5, -0, 1e300, 3]);
    expect(array).toStrictEqual(PyByteArray.from([120]));
    expect(now).toBeInstanceOf(PyObject);
  });

  test('Python 2 wrote these', () => {
    expect(load(Buffer.from("(lp0\nS'it\\'s \\x41\\n\\\\'\np1\naI5\naL6L\na."))).toEqual(["it's A\n\\", 5, 6]);
    expect(load(Buffer.from('\x80\x02]q\x01(U\x02abT\x03\0\0\0cdee.', 'latin1'))).toEqual(['ab', 'cde']);
    expect(load(Buffer.from('c__builtin__\nxrange\n(I0\nI3\nI1\ntR.'))).toBeInstanceOf(PyObject);
    expect(load(Buffer.from('(dp0\nS"a"\nI01\ns.'))).toEqual(new Map([['a', true]]));
    expect(() => load(Buffer.from("S'\\xe9'\n."))).toThrow('not ASCII: dump it as unicode there');
  });

  test('the opcodes of old classes make what is allowed, too', () => {
    const point = (...args: unknown[]) => args;
    expect(load(Buffer.from('(I1\nI2\nishapes\nPoint\n.'), { allow: { 'shapes.Point': point } })).toEqual([1, 2]);
    expect(load(Buffer.from('(cshapes\nPoint\nI1\no.'), { allow: { 'shapes.Point': point } })).toEqual([1]);
    expect(() => load(Buffer.from('(ios\nsystem\n.'))).toThrow('os.system is not on the allow-list');
  });

  test('nothing of the bytes is kept, and what follows the end is not read', async () => {
    const bytes = Buffer.concat([await python.dumps('value = b"abc"'), Buffer.from('rest')]);
    const value = load(bytes);
    bytes.fill(0);
    expect(value).toEqual(Buffer.from('abc'));
  });

  test('any view is taken', async () => {
    const bytes = await python.dumps('value = [1, 0.5]');
    const copy = new Uint8Array(bytes.length + 3);
    copy.set(bytes, 3);
    expect(load(copy.subarray(3))).toEqual([1, 0.5]);
    expect(load(new DataView(copy.buffer, 3))).toEqual([1, 0.5]);
  });

  test('misuse is refused', () => {
    expect(() => load('x' as unknown as Buffer)).toThrow('load: the first argument must be bytes');
    expect(() => load(Buffer.from('N.'), { dict: 'json' as 'map' })).toThrow(ValueError);
    expect(() => load(Buffer.from('N.'), { maxMemory: NaN })).toThrow(ValueError);
  });
});
