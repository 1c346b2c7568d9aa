import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTotalLine, parseListLine } from './list-line.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('parseListLine', () => {
  it('reads a file of this year', () => {
    expect(parseListLine('-rw-r--r--   1 anna     users         123 Feb  3 11:54 notes.txt', NOW)).toEqual({
      name: 'notes.txt',
      type: 'file',
      size: 123,
      modify: new Date('2026-02-03T11:54:00Z'),
      mode: 0o644,
      owner: 'anna',
      group: 'users',
      facts: {},
    });
  });

  it.each([
    ['Dec 31 23:59', '2025-12-31T23:59:00Z'],
    ['Mar  2 10:00', '2026-03-02T10:00:00Z'],
    ['Mar  3 10:00', '2025-03-03T10:00:00Z'],
    ['Feb 29 10:00', '2024-02-29T10:00:00Z'],
    ['Jan  5  1969', '1969-01-05T00:00:00Z'],
    ['5 Jan  2040', '2040-01-05T00:00:00Z'],
  ])('reads the time %j', (time, expected) => {
    expect(parseListLine(`-rw-r--r-- 1 a b 1 ${time} x`, NOW)).toMatchObject({ name: 'x', modify: new Date(expected) });
  });

  it('splits a link at its arrow, and nothing else', () => {
    expect(parseListLine('lrwxrwxrwx 1 a b 1 Jan  1 2020 here -> /there', NOW)).toMatchObject({
      name: 'here',
      type: 'link',
      target: '/there',
    });
    expect(parseListLine('-rw-r--r-- 1 a b 1 Jan  1 2020 x -> y', NOW)).toMatchObject({ name: 'x -> y', type: 'file' });
  });

  it.each([
    ['drwxrwsr-t+ 2 a b 4096 Jan  1 2020 x', { type: 'dir', mode: 0o3775 }],
    ['-rwSr-xr-x 1 a b 1 Jan  1 2020 x', { type: 'file', mode: 0o4655 }],
    ['crw-rw---- 1 root tty 5,   0 Jan  1 2020 x', { type: 'other', owner: 'root', group: 'tty' }],
    ['-rw-r--r-- 1 a Domain Users 7 Jan  1 2020 x', { group: 'Domain Users', size: 7 }],
    ['-rw-r--r-- 1 a 7 Jan  1 2020 x', { owner: 'a', size: 7 }],
    ['-rw-r--r-- 1 a b 7 Jan  1 2020   two spaces first', { name: '  two spaces first' }],
    ['-rw-r--r-- 1 a b 7 Jan  1 2020 ../../etc/passwd', { name: 'passwd' }],
  ])('reads %j', (line, expected) => {
    expect(parseListLine(line, NOW)).toMatchObject(expected);
  });

  it.each(['.', '..', 'a/', 'a\0b', 'a\rb'])('tells that the name %j cannot be used', (name) => {
    expect(parseListLine(`drwxr-xr-x 2 a b 4096 Jan  1 2020 ${name}`, NOW)).toBe('unusable');
  });

  it.each([
    '',
    'total 12',
    '01-01-20  10:00AM  <DIR> x',
    '-rw-r--r-- 1 a b 7 Foo  1 2020 x',
    '-rw 1 a b 7 Jan 1 2020 x',
  ])('does not know %j', (line) => {
    expect(parseListLine(line, NOW)).toBeUndefined();
  });

  it('reads every name that a listing can hold', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[/\0\r\n]|^\.{1,2}$/.test(text));
    fc.assert(
      fc.property(name, fc.nat(), (name, size) => {
        expect(parseListLine(`-rw-r--r-- 1 a b ${size} Jan  1 2020 ${name}`, NOW)).toMatchObject({ name, size });
      }),
    );
  });

  it('is not slowed down by a hostile line', () => {
    const started = performance.now();
    parseListLine(`-rw-r--r-- 1 a ${'b '.repeat(4000)}`, NOW);
    parseListLine(`-rw-r--r-- 1 ${'1 '.repeat(4000)}`, NOW);
    parseListLine(`-rw-r--r-- 1 ${' '.repeat(8000)}x`, NOW);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('isTotalLine', () => {
  it('knows the line before a listing', () => {
    expect(isTotalLine('total 12')).toBe(true);
    expect(isTotalLine('total 12 files')).toBe(false);
  });
});
