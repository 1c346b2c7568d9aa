import fc from 'fast-check';
import type { BigIntStats } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FACTS, factLine, isListable, listLine, parseTimeValue, timeValue } from './listing.ts';

const now = Date.UTC(2026, 10, 24, 12, 0);

function stat(kind: 'file' | 'folder' | 'link' | 'fifo', mtime: number, mode = 0o644): BigIntStats {
  return {
    mode: BigInt(mode),
    uid: 1000n,
    gid: 100n,
    nlink: 1n,
    size: 5_000_000_000n,
    mtimeMs: BigInt(mtime),
    dev: 0x801n,
    ino: 0xabcn,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'folder',
    isSymbolicLink: () => kind === 'link',
    isFIFO: () => kind === 'fifo',
    isSocket: () => false,
    isBlockDevice: () => false,
    isCharacterDevice: () => false,
  } as BigIntStats;
}

describe('listLine', () => {
  test.each([
    ['a recent file', now - 86_400_000, 'Nov 23 12:00'],
    ['an old one shows its year', Date.UTC(2020, 0, 5), 'Jan  5  2020'],
    ['one from the future too', Date.UTC(2039, 5, 1), 'Jun  1  2039'],
    ['and one from before 1970', Date.UTC(1960, 1, 2), 'Feb  2  1960'],
  ])('%s', (_, mtime, expected) => {
    expect(listLine({ name: 'a b', stat: stat('file', mtime) }, now)).toBe(
      `-rw-r--r--   1 1000     100        5000000000 ${expected} a b`,
    );
  });

  test('folders, links, FIFOs and special bits have their letters', () => {
    expect(listLine({ name: 'd', stat: stat('folder', now, 0o1777) }, now)).toMatch(/^drwxrwxrwt .* d$/);
    expect(listLine({ name: 'p', stat: stat('fifo', now, 0o2640) }, now)).toMatch(/^prw-r-S--- /);
    expect(listLine({ name: 'l', stat: stat('link', now, 0o777), target: ['a', 'b'] }, now)).toMatch(
      /^lrwxrwxrwx .* l -> \/a\/b$/,
    );
    expect(listLine({ name: 'l', stat: stat('link', now, 0o777) }, now)).toMatch(/ l$/);
  });
});

describe('factLine', () => {
  const time = Date.UTC(1969, 6, 20, 20, 17, 40);

  test('a file, with all facts', () => {
    expect(factLine({ name: ' a; b', stat: stat('file', time) }, FACTS, true)).toBe(
      'type=file;size=5000000000;modify=19690720201740;perm=adfrw;unique=801gabc;UNIX.mode=0644;  a; b',
    );
  });

  test('a folder has no size, a reader may change nothing, and only the wanted facts are sent', () => {
    expect(factLine({ name: 'd', stat: stat('folder', time) }, ['type', 'size', 'perm'], false)).toBe(
      'type=dir;perm=el; d',
    );
    expect(factLine({ name: 'd', stat: stat('folder', time) }, [], false)).toBe(' d');
  });

  test('a link tells its target in the home, and nothing of one outside', () => {
    expect(factLine({ name: 'l', stat: stat('link', time), target: ['x;y'] }, ['type'], false)).toBe(
      'type=OS.unix=slink:/x%3By; l',
    );
    expect(factLine({ name: 'l', stat: stat('link', time) }, ['type'], false)).toBe('type=OS.unix=slink; l');
  });
});

describe('times', () => {
  test('milliseconds are shown when there are any', () => {
    expect(timeValue(Date.UTC(2038, 0, 19, 3, 14, 8))).toBe('20380119031408');
    expect(timeValue(Date.UTC(2038, 0, 19, 3, 14, 8) + 7)).toBe('20380119031408.007');
  });

  test.each(['2026', '20261301000000', '20260230000000', '20260101240000', '20260101006000', '2026010100000x', ''])(
    '%j is no time',
    (text) => {
      expect(parseTimeValue(text)).toBeUndefined();
    },
  );

  test('a time comes back as it went', () => {
    const years = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 0, 1) }).map((t) => (t < 0 ? t + 1 : t));
    fc.assert(
      fc.property(years, (time) => {
        expect(parseTimeValue(timeValue(time))).toBe(time);
      }),
    );
  });
});

test('a name with a line end is no entry', () => {
  expect(isListable('a\r\nb')).toBe(false);
  expect(isListable('a b')).toBe(true);
});
