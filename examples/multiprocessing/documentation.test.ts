/** The examples of the README and of docs/multiprocessing.md are the programs of this folder, and print what the pages say. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = import.meta.dirname;
const programs = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const pages = ['../../packages/multiprocessing/README.md', '../../docs/multiprocessing.md'].map((page) =>
  readFileSync(join(folder, page), 'utf8'),
);
const examples = pages.flatMap((page) => [...page.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)]);

test('each program is on one page, and each example is a program', () => {
  const codes = programs.map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(new Set(examples.map(([, code]) => code))).toEqual(new Set(codes));
  expect(examples.length).toBe(codes.length);
});

test.each(programs)('%s prints what its page says', (name) => {
  const code = readFileSync(join(folder, name), 'utf8');
  const flags = ['-C', '@p8/source', join(folder, name)];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  const output = examples.find(([, example]) => example === code)?.[2];
  expect({ stdout, stderr, status }).toEqual({ stdout: output, stderr: '', status: 0 });
});
