/** Re-expressed from CPython's Lib/test/test_warnings (FilterTests, WarnTests, CatchWarningTests). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { old, warnHere, warnThere } from '../test/warning.ts';
import {
  catchWarnings,
  DeprecationWarning,
  type CaughtWarnings,
  filterwarnings,
  formatwarning,
  FutureWarning,
  PendingDeprecationWarning,
  resetwarnings,
  ResourceWarning,
  RuntimeWarning,
  simplefilter,
  UserWarning,
  ValueError,
  warn,
  Warning,
  warnExplicit,
  type WarningType,
} from './index.ts';

const here = fileURLToPath(new URL('../test/warning.ts', import.meta.url));
let outer: CaughtWarnings;

beforeEach(() => {
  outer = catchWarnings({ record: true });
  resetwarnings();
  return () => outer[Symbol.dispose]();
});

const texts = () => outer.warnings.map(({ message }) => message.message);

describe('a filter', () => {
  test.each(['always', 'all'] as const)('%s shows every warning', (action) => {
    simplefilter(action);
    for (let i = 0; i < 3; i++) warnHere('w');
    expect(texts()).toEqual(['w', 'w', 'w']);
  });

  test('ignore shows none', () => {
    simplefilter('ignore');
    warnHere('w');
    expect(texts()).toEqual([]);
  });

  test('error raises the warning', () => {
    simplefilter('error', RuntimeWarning);
    expect(() => warnHere('w', RuntimeWarning)).toThrow(RuntimeWarning);
    warnHere('w');
    expect(texts()).toEqual(['w']);
  });

  test('default shows each text once for a place', () => {
    for (let i = 0; i < 3; i++) warnHere('one');
    warnHere('two');
    warnThere('one');
    expect(texts()).toEqual(['one', 'two', 'one']);
  });

  test('module shows each text once for a file', () => {
    simplefilter('module');
    warnHere('one');
    warnThere('one');
    warnExplicit('one', UserWarning, 'other.ts', 1);
    warnExplicit('one', UserWarning, 'other.ts', 2);
    expect(texts()).toEqual(['one', 'one']);
  });

  test('once shows each text once', () => {
    simplefilter('once');
    warnHere('only once');
    warnThere('only once');
    warnHere('only once', FutureWarning);
    expect(texts()).toEqual(['only once', 'only once']);
  });

  test('is asked before those that were added earlier, unless it is appended', () => {
    simplefilter('ignore');
    simplefilter('always', UserWarning);
    simplefilter('error', Warning, { append: true });
    warnHere('shown');
    warnHere('hidden', RuntimeWarning);
    expect(texts()).toEqual(['shown']);
  });

  test('forgets what was shown when the filters change', () => {
    warnHere('w');
    simplefilter('default');
    warnHere('w');
    expect(texts()).toEqual(['w', 'w']);
  });

  test('looks at the category and its subclasses, the text, the file and the line', () => {
    filterwarnings('ignore', { category: DeprecationWarning });
    filterwarnings('ignore', { message: 'HEX' });
    filterwarnings('ignore', { message: /o.t/ });
    filterwarnings('ignore', { module: '/a.ts' });
    filterwarnings('ignore', { module: /b\.ts$/ });
    filterwarnings('ignore', { module: '/c.ts', lineno: 7 });
    class Mine extends DeprecationWarning {}
    warnExplicit('w1', Mine, '/x.ts', 1);
    warnExplicit('hex or dec', UserWarning, '/x.ts', 1);
    warnExplicit('an octal', UserWarning, '/x.ts', 1);
    warnExplicit('the hex', UserWarning, '/x.ts', 1);
    warnExplicit('w2', UserWarning, '/a.ts', 1);
    warnExplicit('w3', UserWarning, '/b.ts', 1);
    warnExplicit('w4', UserWarning, '/c.ts', 7);
    warnExplicit('w5', UserWarning, '/c.ts', 8);
    warnExplicit('w6', PendingDeprecationWarning, '/x.ts', 1);
    expect(texts()).toEqual(['the hex', 'w5', 'w6']);
  });
});

describe('warn', () => {
  test('tells who warned, what, and about what', () => {
    const source = { fd: 5 };
    warnHere('w', ResourceWarning, { source });
    expect(outer.warnings[0]).toEqual({
      message: expect.any(ResourceWarning),
      category: ResourceWarning,
      filename: here,
      lineno: 5,
      source,
    });
  });

  test('blames a caller further out with stacklevel, and skips files', () => {
    warnHere('w', UserWarning, { stacklevel: 2 });
    warnHere('w', UserWarning, { skipFilePrefixes: [here] });
    warnHere('w', UserWarning, { stacklevel: 1000 });
    const files = outer.warnings.map(({ filename }) => filename);
    expect(files).toEqual([import.meta.filename, import.meta.filename, '<unknown>']);
  });

  test('takes a warning object, which is its own category', () => {
    class Mine extends UserWarning {}
    const warning = new Mine('mine');
    warn(warning, RuntimeWarning);
    expect(outer.warnings[0]).toMatchObject({ message: warning, category: Mine });
    warn(Object.freeze(new Mine('frozen')));
    expect(texts()).toEqual(['mine', 'frozen']);
  });

  test('has UserWarning as its category', () => {
    warn('w');
    expect(outer.warnings[0]?.category).toBe(UserWarning);
  });

  test.each([Map, 5, 'UserWarning', ValueError])('refuses %s, which is no category', (category: unknown) => {
    expect(() => warn('w', category as WarningType)).toThrow(TypeError);
  });

  test('finds nobody to blame when stacks are off', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    warn('w');
    Error.stackTraceLimit = limit;
    expect(outer.warnings[0]).toMatchObject({ filename: '<unknown>', lineno: 0 });
  });
});

describe('catchWarnings', () => {
  test('brings the former filters and the former record back', () => {
    simplefilter('ignore');
    {
      using inner = catchWarnings({ record: true, action: 'always', category: RuntimeWarning });
      warnHere('inside', RuntimeWarning);
      warnHere('ignored');
      expect(inner.warnings.map(({ message }) => message.message)).toEqual(['inside']);
    }
    warnHere('after');
    simplefilter('always');
    warnHere('shown');
    expect(texts()).toEqual(['shown']);
  });

  test('without record leaves the record as it is', () => {
    {
      using inner = catchWarnings({ action: 'always' });
      warnHere('w');
      expect(inner.warnings).toEqual([]);
    }
    expect(texts()).toEqual(['w']);
  });
});

test('formatwarning gives Python’s line', () => {
  expect(formatwarning('msg', UserWarning, 'f.py', 3)).toBe('f.py:3: UserWarning: msg\n');
  expect(formatwarning(new RuntimeWarning('msg'), RuntimeWarning, 'f.py', 3, '  x = 1\n')).toBe(
    'f.py:3: RuntimeWarning: msg\n  x = 1\n',
  );
});

test('deprecated warns and blames the caller', () => {
  expect(old(1)).toBe(2);
  expect(outer.warnings[0]).toMatchObject({ category: DeprecationWarning, filename: import.meta.filename });
  expect(texts()).toEqual(['old is old']);
});

describe('a program that warns', () => {
  const run = (...flags: string[]) =>
    spawnSync(
      process.execPath,
      ['-C', '@p8/source', ...flags, fileURLToPath(new URL('../test/warns.ts', import.meta.url))],
      {
        encoding: 'utf8',
      },
    );

  test('shows its warnings through Node, with their place, under Python’s initial filters', () => {
    const { stdout, stderr } = run();
    expect(stdout).toBe('');
    const lines = stderr.split('\n').filter((line) => line.includes('Warning: '));
    expect(lines.map((line) => line.replace(/^\(node:\d+\) /, ''))).toEqual([
      'UserWarning: plain',
      'UserWarning: repeated',
      'DeprecationWarning: from the program itself',
      'DeprecationWarning: old is old',
      'ResourceWarning: unclosed',
    ]);
    expect(stderr).toMatch(/UserWarning: plain\n {4}at .*warns\.ts:5\n/);
  });

  test('obeys Node’s flags', () => {
    expect(run('--no-warnings').stderr).toBe('');
    expect(run('--no-deprecation').stderr).not.toContain('DeprecationWarning');
  });
});
