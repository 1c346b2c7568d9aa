import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('sockets are made in every way, and addresses are found', () => {
  const program = fileURLToPath(new URL('s3-constructors.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'socket true true -1',
      'socketpair true across',
      'createConnection 2.5 127.0.0.1 true',
      "getaddrinfo true true [ '127.0.0.1', 80 ]",
    ],
    stderr: '',
    status: 0,
  });
});
