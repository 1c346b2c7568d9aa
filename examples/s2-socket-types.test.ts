import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const NOT_ALLOWED = 'SOCK_RAW PermissionError: [Errno 1] Operation not permitted (socket)';

test('each type does what it is for, or the kernel says why not', () => {
  const program = fileURLToPath(new URL('s2-socket-types.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'SOCK_STREAM no borders: onetwo',
    'SOCK_DGRAM packets: one, two',
    'SOCK_SEQPACKET a connection with borders: one, two',
  ]);
  const raw = lines.slice(3, 5);
  if (raw[0] === NOT_ALLOWED) {
    console.log(`raw sockets were not tested: this user lacks CAP_NET_RAW, and the program printed ${NOT_ALLOWED}`);
    expect(raw).toEqual([NOT_ALLOWED, NOT_ALLOWED]);
  } else {
    expect(raw).toEqual(['SOCK_RAW 127.0.0.1 answers echo', 'SOCK_RAW hello from 127.9.9.9,4660']);
  }
  expect(lines.slice(5)).toEqual([
    expect.stringMatching(/^SOCK_RDM (open, \[|OSError: \[Errno 97\] Address family not supported by protocol)/),
  ]);
});
