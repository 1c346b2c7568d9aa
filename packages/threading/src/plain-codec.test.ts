import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduce } from '@p8/pickle';
import { PlainCodec } from './plain-codec.ts';
import { Record } from './record.ts';

const codec = new PlainCodec();
const record = new Record();
const part = {};

/** What comes back of a value, or undefined if it was not written. */
function travelled(value: unknown, most?: number): { value: unknown } | undefined {
  return codec.write(record, value, most) ? { value: codec.read(record) } : undefined;
}

describe('PlainCodec', () => {
  test('gives back exactly what it wrote, whatever that was, in no more bytes than it may', () => {
    const plain = fc.anything({
      maxDepth: 3,
      withNullPrototype: false,
      withSparseArray: true,
      withDate: true,
    });
    fc.assert(
      fc.property(plain, fc.nat({ max: 256 }), (value, most) => {
        const after = travelled(value, most);
        if (after === undefined) return;
        expect(after.value).toStrictEqual(value);
        expect(record.units).toBeLessThanOrEqual(1 + Math.ceil(most / 8));
      }),
      { numRuns: 2000 },
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
    'x'.repeat(300),
    true,
    null,
    undefined,
    [1, [2]],
    { a: {} },
    new Uint8Array([1, 2]),
    Buffer.from('text'),
  ])('writes %j', (value) => expect(travelled(value)).toStrictEqual({ value }));

  test.each([
    ['a hole', Object.assign([], { 2: 1 })],
    ['a class', new Map()],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['an object that says how it travels', { [reduce]: () => [Map, []] }],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}')],
    ['an array with a class', [new Date(0)]],
    ['a subclass of Array', new (class extends Array {})()],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(1))],
    ['an object that is met twice', [part, part]],
  ])('leaves %s to others', (_, value) => expect(travelled(value)).toBe(undefined));

  test.each([
    ['items', Array.from({ length: 1e6 }, () => 1)],
    ['a text', 'x'.repeat(1e6)],
    ['bytes', new Uint8Array(1e6)],
  ])('does not write more of %s than it may', (_, value) => {
    const small = new Record();
    const before = small.bytes.length;
    expect(codec.write(small, value, 64)).toBe(false);
    expect(small.bytes.length).toBe(before);
  });

  test('does not follow a value into itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(travelled(loop)).toBe(undefined);
  });
});
