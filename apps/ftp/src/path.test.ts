import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPath, resolvePath } from './path.ts';

describe('resolvePath', () => {
  test.each([
    ['/', 'a', '/a'],
    ['/a/b', 'c/d', '/a/b/c/d'],
    ['/a/b', '/c', '/c'],
    ['/a/b', '..', '/a'],
    ['/a/b', '../../../../etc', '/etc'],
    ['/', '../../etc/passwd', '/etc/passwd'],
    ['/a', './/b/.//../c/', '/a/c'],
    ['/a', '...', '/a/...'],
    ['/a', ' b', '/a/ b'],
    ['/a', '..\\..\\b', '/a/..\\..\\b'],
    ['/a', '', '/a'],
  ])('from %s, %s is %s', (current, path, expected) => {
    expect(formatPath(resolvePath(resolvePath([], current), path))).toBe(expected);
  });

  test('a NUL is refused', () => {
    expect(() => resolvePath([], 'a\0b')).toThrow('NUL');
  });

  test('no path leads above the home or holds a special name', () => {
    const piece = fc.constantFrom('..', '.', '', 'a', '/', '//', '../..', 'b c');
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), (first, second) => {
        const names = resolvePath(resolvePath([], first.join('/')), second.join('/'));
        for (const name of names) expect(['', '.', '..']).not.toContain(name);
        expect(resolvePath([], formatPath(names))).toEqual(names);
      }),
    );
  });
});
