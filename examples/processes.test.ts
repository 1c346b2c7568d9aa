/** M1 to M4, M6 and M7, each run as a program. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The lines that a program prints; it must end well and say nothing else. */
function linesOf(name: string): string[] {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trimEnd().split('\n');
}

test('M1: a process says hello, and is joined', () => {
  expect(linesOf('m1-process.ts')).toEqual(['hello bob']);
});

test('M2: the parent of the child is the program', () => {
  const lines = linesOf('m2-ids.ts');
  const [, , program, , childsParent, child] = lines.map((line) => line.split(': ')[1]);
  expect(lines.filter((line) => !line.includes(':'))).toEqual(['main line', 'function f', 'hello bob']);
  expect(childsParent).toBe(program);
  expect(child).not.toBe(program);
});

test('M3: what a process puts into a queue arrives', () => {
  expect(linesOf('m3-queue.ts')).toEqual(["[ 42, null, 'hello' ]"]);
});

test('M4: both ends of a pipe send and receive, one of them in another process', () => {
  expect(linesOf('m4-pipe.ts')).toEqual(["[ 42, null, 'hello' ]", 'to the child']);
});

test('M6: lines of ten processes never mix', { timeout: 180_000 }, () => {
  expect(linesOf('m6-lock.ts').toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `hello world ${i}`));
});

test('M7: a pool of five calls back with each result, and ends when all are there', () => {
  const lines = linesOf('m7-pool.ts');
  const results = lines.filter((line) => line.startsWith('-->exec done: ')).toSorted();
  expect(results).toEqual(Array.from({ length: 10 }, (_, i) => `-->exec done: ${i + 100}`));
  expect(lines.filter((line) => !results.includes(line))).toEqual(['apply: 142', 'end']);
});
