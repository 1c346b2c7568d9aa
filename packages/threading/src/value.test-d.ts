import { expectTypeOf, test } from 'vitest';
import { RawArray, SharedArray, Value } from '@p8/threading';

test('what a value holds follows from its type', () => {
  expectTypeOf(new Value('i', 1).value).toEqualTypeOf<number>();
  expectTypeOf(new Value('q', 1n).value).toEqualTypeOf<bigint>();
  expectTypeOf(new Value('?', true).value).toEqualTypeOf<boolean>();
  expectTypeOf(new SharedArray('d', 3).view).toEqualTypeOf<Float64Array>();
  expectTypeOf(new RawArray('l', [1n]).get(0)).toEqualTypeOf<bigint>();
});

test('what is of another type does not compile', () => {
  // @ts-expect-error: a bigint
  void new Value('q', 1);
  // @ts-expect-error: there is no such type
  void new Value('x', 1);
  // @ts-expect-error: floats have no bits to combine
  new Value('d', 1).and(1);
  // @ts-expect-error: a text is bytes only
  void new RawArray('i', 'text');
});
