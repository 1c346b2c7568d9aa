/** accept(2) without a free descriptor. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('an accept that fails for want of descriptors loses no connection, and leaves the listener usable', () => {
  const program = fileURLToPath(new URL('../test/few-descriptors.ts', import.meta.url));
  const command = 'ulimit -n 64 && exec "$0" -C @p8/source "$1"';
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual(['EMFILE EMFILE EMFILE', 'true true true true', 'EMFILE', 'true', '64', '']);
});
