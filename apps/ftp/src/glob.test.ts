import { expect, test } from 'vitest';
import { isPattern, matches } from './glob.ts';

test.each([
  ['*', 'a', true],
  ['*', '', true],
  ['*', '.hidden', false],
  ['.*', '.hidden', true],
  ['*.txt', 'a.txt', true],
  ['*.txt', 'a.txt.gz', false],
  ['a*b*c', 'aXbYbc', true],
  ['a*b*c', 'aXbYb', false],
  ['?', 'a', true],
  ['?', 'ab', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[!a-c]x', 'dx', true],
  ['[]]', ']', true],
  ['[a', '[a', true],
  ['[a-]', '-', true],
  ['a', 'b', false],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});

test('only pattern characters make a pattern', () => {
  expect(['a*', 'a?', '[a'].every((name) => isPattern(name))).toBe(true);
  expect(isPattern('a{b,c}.txt')).toBe(false);
});

test('a hostile pattern costs no more than pattern times name', () => {
  const started = performance.now();
  expect(matches(`${'*a'.repeat(2000)}b`, 'a'.repeat(4000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(5000);
});
