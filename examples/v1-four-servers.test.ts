import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the four servers stand in Python’s diagram, and each answers, also where it forks', { timeout: 180_000 }, () => {
  const program = fileURLToPath(new URL('v1-four-servers.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'BaseServer -> TCPServer',
      'BaseServer -> TCPServer -> UnixStreamServer',
      'BaseServer -> TCPServer -> UDPServer',
      'BaseServer -> TCPServer -> UDPServer -> UnixDatagramServer',
      'TCPServer: HELLO',
      'ForkingTCPServer: HELLO',
      'UDPServer: HELLO',
      'ForkingUDPServer: HELLO',
      'UnixStreamServer: HELLO',
      'ForkingUnixStreamServer: HELLO',
      'UnixDatagramServer: HELLO',
      'ForkingUnixDatagramServer: HELLO',
    ],
    stderr: '',
    status: 0,
  });
});
