/** Runs every example of docs/pickle-cpython.md, and compares what it prints with the text below it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('../../docs/pickle-cpython.md', root), 'utf8');
const examples = [...text.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code = '', output]) => ({
  title: text.slice(0, text.indexOf(code)).match(/.*^#+ (.*?)$/ms)?.[1] ?? '',
  code,
  output,
}));

test('every example says what it prints', () => {
  expect(examples.length).toBe(text.match(/```ts/g)?.length);
});

test.each(examples)('$title', ({ code, output }) => {
  const flags = ['-C', '@p8/source', '--input-type=module-typescript', '-e', code];
  const result = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8' });
  expect(result).toMatchObject({ stdout: output, stderr: '', status: 0 });
});
