import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('each method does what its name says', () => {
  const program = fileURLToPath(new URL('s4-methods.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'accept 127.0.0.1 true',
      'getpeername true',
      'getsockname true',
      'connectEx 111 -1',
      'send 4',
      'recv one  and two',
      'settimeout timed out',
      'setblocking EAGAIN',
      'sendto 8',
      'recvfrom datagram 127.0.0.1',
      'sendfile 5 23456',
      'close 0 true',
    ],
    stderr: '',
    status: 0,
  });
});
