import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('Exception catches ordinary errors and lets Ctrl-C, exits and cancellations pass', () => {
  const program = fileURLToPath(new URL('e2-exception-catches-most.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'Exception caught KeyError',
      'Exception caught Error',
      'Exception caught SyntaxError',
      'Exception let KeyboardInterrupt pass',
      'Exception let SystemExit pass',
      'Exception let AbortError pass',
    ],
    stderr: '',
    status: 3,
  });
});
