import { expectTypeOf, test } from 'vitest';
import { allow, type AllowList, dump, load, PyFrozenSet, PyTuple } from './index.ts';

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

test('a tuple takes items of different types', () => {
  expectTypeOf(PyTuple.of(1, 'x')).toEqualTypeOf<PyTuple<string | number>>();
  expectTypeOf(new PyFrozenSet([1])).toExtend<Set<number>>();
});

test('an allow-list takes functions that know what they get', () => {
  expectTypeOf<{ 'shapes.Point': typeof Point }>().toExtend<AllowList>();
  allow({ 'shapes.Point': { type: Point, reduce: (point: Point) => [point.x], rebuild: (x: number) => new Point(x) } });
  // @ts-expect-error arguments are an array
  allow({ 'shapes.Point': { type: Point, reduce: (point: Point) => point.x } });
  // @ts-expect-error a text is no class
  allow({ 'shapes.Point': 'Point' });
});

test('what arrives may be anything', () => {
  expectTypeOf(load(dump(1))).toBeUnknown();
  // @ts-expect-error bytes, not text
  load('N.');
  // @ts-expect-error only what every Python 3 reads, or the newest
  dump(1, { protocol: 3 });
});
