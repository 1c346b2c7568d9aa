import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test(
  'each class with a mix-in stands on the one without, and says in which process and thread it handles a request',
  { timeout: 180_000 },
  () => {
    const program = fileURLToPath(new URL('v2-mix-ins.ts', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
    const udp = 'BaseServer -> TCPServer -> UDPServer';
    const stream = 'BaseServer -> TCPServer -> UnixStreamServer';
    expect({ stdout: stdout.trimEnd().split('\n'), stderr, status }).toEqual({
      stdout: [
        'BaseServer -> TCPServer -> Async -> AsyncTCPServer: MainProcess, MainThread',
        'BaseServer -> TCPServer -> Crewed -> Threading -> ThreadingTCPServer: MainProcess, ThreadingTCPServer-1',
        'BaseServer -> TCPServer -> Crewed -> Forking -> ForkingTCPServer: ForkingTCPServer-1, MainThread',
        'BaseServer -> TCPServer -> QuietServer -> Crewed -> Threading -> ThreadingQuietServer: MainProcess, ThreadingQuietServer-1',
        'BaseServer -> TCPServer -> QuietServer -> Crewed -> Forking -> ForkingQuietServer: ForkingQuietServer-1, MainThread',
        `${udp} -> Async -> AsyncUDPServer: MainProcess, MainThread`,
        `${udp} -> Crewed -> Threading -> ThreadingUDPServer: MainProcess, ThreadingUDPServer-1`,
        `${udp} -> Crewed -> Forking -> ForkingUDPServer: ForkingUDPServer-1, MainThread`,
        `${stream} -> Async -> AsyncUnixStreamServer: MainProcess, MainThread`,
        `${stream} -> Crewed -> Threading -> ThreadingUnixStreamServer: MainProcess, ThreadingUnixStreamServer-1`,
        `${stream} -> Crewed -> Forking -> ForkingUnixStreamServer: ForkingUnixStreamServer-1, MainThread`,
        `${udp} -> UnixDatagramServer -> Async -> AsyncUnixDatagramServer: MainProcess, MainThread`,
        `${udp} -> UnixDatagramServer -> Crewed -> Threading -> ThreadingUnixDatagramServer: MainProcess, ThreadingUnixDatagramServer-1`,
        `${udp} -> UnixDatagramServer -> Crewed -> Forking -> ForkingUnixDatagramServer: ForkingUnixDatagramServer-1, MainThread`,
      ],
      stderr: '',
      status: 0,
    });
  },
);
