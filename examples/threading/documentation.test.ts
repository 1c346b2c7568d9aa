/** The examples of the README and of docs/threading.md are the programs of this folder, and print what the pages say. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = import.meta.dirname;
const programs = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const pages = ['../../packages/threading/README.md', '../../docs/threading.md'].map((page) =>
  readFileSync(join(folder, page), 'utf8'),
);
const examples = pages.flatMap((page) => [...page.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)]);

test('each program is on one page, and each example is a program', () => {
  expect(examples.length).toBe(programs.length);
  expect(pages.join('').match(/```ts/g)?.length).toBe(programs.length);
});

describe.each(programs)('%s', (name) => {
  const code = readFileSync(join(folder, name), 'utf8');

  test('prints what its page says', () => {
    const output = examples.find(([, example]) => example === code)?.[2];
    expect(output).toBeDefined();
    const flags = ['-C', '@p8/source', join(folder, name)];
    const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
    expect({ stdout, stderr, status }).toEqual({ stdout: output, stderr: '', status: 0 });
  });
});
