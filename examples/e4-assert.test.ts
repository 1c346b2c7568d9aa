import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a failed assertion jumps to its handler, and finally still runs', () => {
  const program = fileURLToPath(new URL('e4-assert.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: ['else: 5', 'finally', 'except: 7 is odd', 'finally', 'except: half of what?', 'finally'],
    stderr: '',
    status: 0,
  });
});
