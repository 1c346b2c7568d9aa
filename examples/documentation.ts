/** The examples of pages are programs, and print what the pages say. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

export interface Pages {
  /** Where the programs are. */
  readonly folder: string;
  /** The pages, relative to that. */
  readonly pages: readonly string[];
  /** Programs that are a part of another one, and are not run by themselves. */
  readonly parts?: readonly string[];
  /** What a program may say instead, where this machine lacks what it needs: the kernel's own error. */
  readonly lacking?: Readonly<Record<string, string>>;
}

/** Tests that the pages have exactly the programs of the folder, and that each prints what stands below it. */
export function testPages({ folder, pages, parts = [], lacking = {} }: Pages): void {
  const programs = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const codeOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const texts = pages.map(codeOf);
  const examples = texts.flatMap((text) => [...text.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)]);

  test('each program is on one page, and each example is a program', () => {
    expect(new Set(examples.map(([, code]) => code))).toEqual(new Set(programs.map(codeOf)));
    expect(examples.length).toBe(programs.length);
    expect(texts.join('').match(/```ts/g)?.length).toBe(programs.length);
  });

  test.each(programs.filter((name) => !parts.includes(name)))('%s prints what its page says', (name) => {
    const code = codeOf(name);
    const output = examples.find(([, example]) => example === code)?.[2];
    expect(output).toBeDefined();
    const flags = ['-C', '@p8/source', join(folder, name)];
    const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
    const missing = lacking[name];
    if (missing !== undefined && stdout === '' && stderr.includes(missing)) {
      console.log(`${name} could not be tested on this machine: ${missing}`);
      return;
    }
    expect({ stdout, stderr, status }).toEqual({ stdout: output, stderr: '', status: 0 });
  });
}
