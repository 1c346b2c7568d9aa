/** A thousand clients at once, in a process of its own with as many descriptors as they need. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a thousand open connections are served together, and no descriptor is left', () => {
  const program = fileURLToPath(new URL('../test/many-connections.ts', import.meta.url));
  const command = `ulimit -n 4096 && exec "$0" -C @p8/source "$1" 1000`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ atOnce: 1000, right: 1000, left: 0 });
  expect(status).toBe(0);
});
