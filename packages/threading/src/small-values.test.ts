import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SmallValues } from './small-values.ts';

const LENGTH = 256;
const values = new SmallValues(new SharedArrayBuffer(2 * LENGTH));

/** What comes back of a value, or undefined if it was not written. */
function travelled(value: unknown, length = LENGTH): { value: unknown } | undefined {
  return values.write(value, LENGTH, length) ? { value: values.read(LENGTH) } : undefined;
}

describe('SmallValues', () => {
  test('gives back exactly what it wrote, whatever that was', () => {
    const plain = fc.anything({
      maxDepth: 3,
      maxKeys: 4,
      withNullPrototype: false,
      withSparseArray: true,
      withDate: true,
    });
    fc.assert(
      fc.property(plain, fc.nat({ max: LENGTH }), (value, length) => {
        const after = travelled(value, length);
        if (after !== undefined) expect(after.value).toStrictEqual(value);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    0,
    -0,
    1.5,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    Number.NaN,
    '',
    'é\ud800',
    true,
    null,
    undefined,
    [1, [2]],
    { a: {} },
  ])('writes %j', (value) => expect(travelled(value)).toStrictEqual({ value }));

  test.each([
    ['a hole', Object.assign([], { 2: 1 })],
    ['a class', new Map()],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol key', { [Symbol('x')]: 1 }],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}')],
    ['a long text', 'x'.repeat(300)],
    ['what is nested deep', [[[[[1]]]]]],
    ['an array with a class', [new Date(0)]],
    ['a subclass of Array', new (class extends Array {})()],
  ])('leaves %s to others', (_, value) => expect(travelled(value)).toBe(undefined));

  test('does not write beyond its room', () => {
    for (let length = 0; length < 8; length++) expect(travelled([1, 2], length)).toBe(undefined);
  });

  test('does not follow a value into itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(travelled(loop)).toBe(undefined);
  });
});
