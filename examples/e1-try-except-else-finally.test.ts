import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the four parts run in Python’s order, and an error of finally takes the place of the first', () => {
  const program = fileURLToPath(new URL('e1-try-except-else-finally.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'finally 6 / 3',
      'else: 2',
      'finally 6 / 0',
      'except: division by zero',
      "Exception, for KeyError: 'name'",
      'outer: from else',
      'from finally, instead of: division by zero',
    ],
    stderr: '',
    status: 0,
  });
});
