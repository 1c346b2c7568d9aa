import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('each class with a mix-in stands on the one without, and says in which thread it handles a request', () => {
  const program = fileURLToPath(new URL('v2-mix-ins.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  const udp = 'BaseServer -> TCPServer -> UDPServer';
  expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
    stdout: [
      'BaseServer -> TCPServer -> Async -> AsyncTCPServer: MainThread',
      'BaseServer -> TCPServer -> Threading -> ThreadingTCPServer: ThreadingTCPServer-1',
      'BaseServer -> TCPServer -> QuietServer: MainThread',
      'BaseServer -> TCPServer -> QuietServer -> Threading -> ThreadingQuietServer: ThreadingQuietServer-1',
      `${udp} -> Async -> AsyncUDPServer: MainThread`,
      `${udp} -> Threading -> ThreadingUDPServer: ThreadingUDPServer-1`,
      'BaseServer -> TCPServer -> UnixStreamServer -> Async -> AsyncUnixStreamServer: MainThread',
      'BaseServer -> TCPServer -> UnixStreamServer -> Threading -> ThreadingUnixStreamServer: ThreadingUnixStreamServer-1',
      `${udp} -> UnixDatagramServer -> Async -> AsyncUnixDatagramServer: MainThread`,
      `${udp} -> UnixDatagramServer -> Threading -> ThreadingUnixDatagramServer: ThreadingUnixDatagramServer-1`,
    ],
    stderr: '',
    status: 0,
  });
});
