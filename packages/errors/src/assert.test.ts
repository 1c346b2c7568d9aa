import nodeAssert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { assert as optimized } from './assert.optimized.ts';
import { assert, AssertionError } from './index.ts';

describe('assert', () => {
  test('raises AssertionError with the message, or without one', () => {
    expect(() => assert(0, 'why')).toThrow(new AssertionError('why'));
    expect(() => assert('')).toThrow(new AssertionError());
    expect(() => assert(null, () => 'computed')).toThrow('computed');
  });

  test('computes its message only on failure', () => {
    let calls = 0;
    assert(1, () => String(calls++));
    assert('text');
    assert({});
    expect(calls).toBe(0);
  });

  test('raises what Node’s own assertions raise, by code', () => {
    expect(() => assert(false)).toThrow(expect.objectContaining({ code: 'ERR_ASSERTION' }));
    expect(() => nodeAssert(false)).toThrow(AssertionError);
  });
});

test('the optimised twin checks nothing and has the same parameters', () => {
  optimized(false, () => {
    throw new Error('computed');
  });
  expect(optimized.length).toBe(assert.length);
});

describe('the export condition `optimize`', () => {
  const program = fileURLToPath(new URL('../test/asserts.ts', import.meta.url));
  const run = (...flags: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-C', '@p8/source', ...flags, program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };

  test('removes the checks in the program and its threads, as python -O', () => {
    expect(run()).toEqual(['main: AssertionError: odd: 3', 'thread: AssertionError: odd: 3']);
    expect(run('-C', 'optimize')).toEqual(['main: passed', 'thread: passed']);
  });
});
