/** What values become in Python, as a python3 process tells it. */
import { afterAll, describe, expect, test } from 'vitest';
import { ValueError } from '@p8/errors';
import { PicklingError } from '@p8/pickle';
import { Python } from '../../test/python.ts';
import { dump, Ellipsis, PyByteArray, PyFloat, PyFrozenSet, PyGlobal, PyObject, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

describe.each([4, 5] as const)('dump with protocol %i', (protocol) => {
  test.each([
    ['an integer is an int', 1, '1'],
    ['a negative one too', -1, '-1'],
    ['in one byte', 255, '255'],
    ['in two bytes', 256, '256'],
    ['in four bytes', 65_536, '65536'],
    ['the smallest of four bytes', -0x8000_0000, '-2147483648'],
    ['a larger one', 0x8000_0000, '2147483648'],
    ['the largest safe one', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a number that is not exact is a float', 2 ** 53, '9007199254740992.0'],
    ['a fraction is a float', 0.1, '0.1'],
    ['minus zero is a float', -0, '-0.0'],
    ['a PyFloat is a float', new PyFloat(2), '2.0'],
    ['nan', NaN, 'nan'],
    ['an infinity', -Infinity, '-inf'],
    ['a bigint is an int', 5n, '5'],
    ['one of 71 bits', 2n ** 70n, String(2n ** 70n)],
    ['a negative one of 64 bits', -(2n ** 63n), String(-(2n ** 63n))],
    ['one below', -(2n ** 63n) - 1n, String(-(2n ** 63n) - 1n)],
    ['one of 256 bytes', 2n ** 2040n, String(2n ** 2040n)],
    ['null is None', null, 'None'],
    ['undefined is None', undefined, 'None'],
    ['true is True', true, 'True'],
    ['false is False', false, 'False'],
    ['a text is a str', 'it', "'it'"],
    ['of any script', 'dé 😀', "'dé 😀'"],
    ['an empty one', '', "''"],
    ['a lone surrogate stays one', 'a\ud800b\udc00', String.raw`'a\ud800b\udc00'`],
    ['a text of 300', 'é'.repeat(300), `'${'é'.repeat(300)}'`],
    ['bytes', Buffer.from('a\0'), String.raw`b'a\x00'`],
    ['a Uint8Array', Uint8Array.of(1), String.raw`b'\x01'`],
    ['an ArrayBuffer', Uint8Array.of(1, 2).buffer, String.raw`b'\x01\x02'`],
    ['300 bytes', Buffer.alloc(300, 'x'), `b'${'x'.repeat(300)}'`],
    ['a bytearray', PyByteArray.of(65), "bytearray(b'A')"],
    ['an array is a list', [1, [2], []], 'list(1, list(2), list())'],
    ['a hole is None', Array(2), 'list(None, None)'],
    ['a tuple', PyTuple.of(1, PyTuple.of()), 'tuple(1, tuple())'],
    ['a tuple of two', PyTuple.of(1, 2), 'tuple(1, 2)'],
    ['a tuple of three', PyTuple.of(1, 2, 3), 'tuple(1, 2, 3)'],
    ['a tuple of four', PyTuple.of(1, 2, 3, 4), 'tuple(1, 2, 3, 4)'],
    ['an object is a dict', { a: 1, b: { c: null } }, "dict('a': 1, 'b': dict('c': None))"],
    ['also one with __proto__', JSON.parse('{"__proto__": 1}'), "dict('__proto__': 1)"],
    ['and one without a prototype', Object.assign(Object.create(null), { a: 1 }), "dict('a': 1)"],
    [
      'a Map is a dict',
      new Map<unknown, unknown>([
        [1, 'x'],
        [PyTuple.of(1), null],
      ]),
      "dict(1: 'x', tuple(1): None)",
    ],
    ['a Set is a set', new Set([1, 'x']), "set('x', 1)"],
    ['a frozenset', new Set([new PyFrozenSet([1])]), 'set(frozenset(1))'],
    [
      'a Date is an aware datetime',
      new Date(Date.UTC(2026, 10, 27, 1, 2, 3, 45)),
      'datetime.datetime(2026, 11, 27, 1, 2, 3, 45000, tzinfo=datetime.timezone.utc)',
    ],
    [
      'of the first year',
      new Date('0001-01-01T00:00:00Z'),
      'datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)',
    ],
    ['the ellipsis', Ellipsis, 'Ellipsis'],
    ['a class by name', new PyGlobal('collections.OrderedDict'), "<class 'collections.OrderedDict'>"],
    ['an inner class', new PyGlobal('shapes:Outer.Inner'), "<class 'shapes.Outer.Inner'>"],
    ['an object made by hand', new PyObject('decimal.Decimal', ['1.50']), "Decimal('1.50')"],
    [
      'a bare one with a state',
      new PyObject('shapes.Point', [], { bare: true, state: { x: 1 } }),
      "Point(dict('x': 1))",
    ],
    ['1000 items', Array(1000).fill(7), `list(${Array(1000).fill(7).join(', ')})`],
  ])('%s', async (_, value, expected) => {
    expect(await python.shown(dump(value, { protocol }))).toBe(expected);
  });

  test('what is shared or cyclic stays so', async () => {
    const list: unknown[] = [];
    const tuple = PyTuple.of(list, 1);
    const pair = PyTuple.of(list, 1, 2, 3, 4);
    const map = new Map<unknown, unknown>([['list', list]]);
    list.push(list, tuple, tuple, pair, map, map);
    const check =
      'value = [value[0] is value, value[1] is value[2], value[1][0] is value, value[3][0] is value, value[4] is value[5]]';
    expect(await python.shown(dump(list, { protocol }), check)).toBe('list(True, True, True, True, True)');
    expect(await python.shown(dump(tuple, { protocol }), 'value = value[0][1] is value')).toBe('True');
    expect(await python.shown(dump(pair, { protocol }), 'value = value[0][3] is value')).toBe('True');
  });

  test('more than 256 shared objects', async () => {
    const objects = Array.from({ length: 300 }, (_, i) => [i]);
    const check = 'value = all(a is b for a, b in zip(*value))';
    expect(await python.shown(dump([objects, [...objects]], { protocol }), check)).toBe('True');
  });
});

describe('dump', () => {
  test.each([
    [() => 1, 'the function  cannot be sent'],
    [{ a: [Symbol('s')] }, 'value.a[0]: the symbol Symbol(s) cannot be sent: send its text'],
    [
      [
        1,
        new (class Thing {
          readonly field = 1;
        })(),
      ],
      "value[1]: an object of Thing cannot be sent: `allow({ 'module.Name': Thing })`",
    ],
    [Promise.resolve(1), 'a promise cannot be sent: await it'],
    [{ a: new Float64Array(1) }, 'value.a: a Float64Array cannot be sent: send a Uint8Array of its bytes'],
    [new Map([[[1], 2]]), 'value[0]: a list, dict or set cannot be a key'],
    [{ set: new Set([PyTuple.of({})]) }, 'value.set[0]: a list, dict or set cannot be a key'],
    [[new Date(NaN)], 'value[0]: a Date must be valid and in the years 1 to 9999'],
    [deep(1001), 'it is nested deeper than 1000 levels'],
  ])('%o is refused with its place and the fix', (value, message) => {
    expect(() => dump(value)).toThrow(PicklingError);
    expect(() => dump(value)).toThrow(message);
  });

  test('a tuple that holds itself is refused', () => {
    const tuple = new PyTuple();
    tuple.push(tuple);
    expect(() => dump(tuple)).toThrow('holds itself without a list, dict or set between');
  });

  test('a thousand levels are written', async () => {
    expect(await python.shown(dump(deep(900)), 'value = type(value)')).toBe("<class 'list'>");
  });

  test('another protocol is refused', () => {
    expect(() => dump(1, { protocol: 3 as 4 })).toThrow(ValueError);
  });

  test('the bytes belong to the caller: a later dump does not change them', () => {
    const first = dump('first');
    dump('other');
    expect(first.toString('latin1')).toContain('first');
  });

  test('a name without a module is refused', () => {
    expect(() => new PyGlobal('Point')).toThrow("must have the form 'module.Name', not 'Point'");
    expect(() => new PyGlobal('shapes.')).toThrow(ValueError);
    expect(() => new PyFloat('2' as unknown as number)).toThrow(TypeError);
  });
});
