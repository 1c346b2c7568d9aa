/** `isMain` is true for what was started, and for nothing that was imported. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../test/programs.ts';
import { isMain } from './index.ts';

const here = new URL('../test/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'p8-is-main-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('in the program, and in one by a link', () => {
  expect(runProgram('main.ts')).toEqual({ stdout: 'the program\n', stderr: '', status: 0 });
  const link = join(folder, 'link.ts');
  symlinkSync(fileURLToPath(new URL('main.ts', here)), link);
  expect(runProgram(pathToFileURL(link)).stdout).toBe('the program\n');
});

test('in the program of CommonJS, and not where it is imported', () => {
  expect(runProgram('main.cjs')).toEqual({ stdout: 'the program\n', stderr: '', status: 0 });
  const imported = runProgram('main.ts', ['import', new URL('main.cjs', here).href]);
  expect(imported).toEqual({ stdout: 'the program\nimported\n', stderr: '', status: 0 });
});

test('not in what a program or a thread imports', () => {
  expect(runProgram('imports-main.ts').stdout).toBe('imported\n');
  const inThread = runProgram('main.ts', ['thread', new URL('imports-main.ts', here).href]);
  expect(inThread).toEqual({ stdout: 'the program\nimported\n', stderr: '', status: 0 });
});

test('not in a test', () => {
  expect(isMain(import.meta)).toBe(false);
});
