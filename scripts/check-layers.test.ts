import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'p8-layers-'));
});

afterEach(() => rmSync(tree, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function check(): { status: number | null; stderr: string } {
  const script = join(import.meta.dirname, 'check-layers.ts');
  return spawnSync(process.execPath, [script, tree], { encoding: 'utf8' });
}

test('a tree that keeps the layers passes', () => {
  write('packages/socket/package.json', '{ "dependencies": { "@p8/errors": "workspace:^" } }');
  write('packages/socket/src/a.ts', "import { OSError } from '@p8/errors';\nimport { b } from './b.ts';\n");
  write('packages/socket/src/b.test.ts', "import { test } from 'vitest';\nimport { Socket } from '@p8/socket';\n");
  expect(check()).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['an import from above', "import { Socket } from '@p8/socket';", 'is above or beside packages/errors'],
  ['a library in a package', "import { Command } from 'commander';", 'depends on nothing but our own packages'],
  ["another package's file", "export { Socket } from '../../socket/src/socket.ts';", 'leaves packages/errors'],
  ['a deep import', "const a = await import('@p8/errors/src/attempt.ts');", 'is a file of another package'],
])('%s is an offence', (_, line, reason) => {
  write('packages/errors/package.json', '{}');
  write('packages/errors/src/a.ts', `${line}\n`);
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(stderr).toContain('packages/errors/src/a.ts');
  expect(stderr).toContain(reason);
});

test('an import that the package does not declare is an offence', () => {
  write('packages/socket/package.json', '{}');
  write('packages/socket/src/a.ts', "import { OSError } from '@p8/errors';\n");
  expect(check().stderr).toContain("'@p8/errors' is missing from packages/socket/package.json");
});
