import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('setup, handle and finish run in order, and finish not after a failed setup', () => {
  const program = fileURLToPath(new URL('v3-handlers.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'setup',
      'handle, for 127.0.0.1, by Reporting',
      'finish',
      'ValueError: handle fails, and finish runs',
      'ValueError: setup fails, and finish does not run',
      'stream: one!',
      'stream: two!',
      'one datagram: axyz',
    ],
    stderr: '',
    status: 0,
  });
});
