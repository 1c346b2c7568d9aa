import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What python3 says of the same families on this machine. */
const PYTHON = `import socket
for family, kind in [(29, socket.SOCK_RAW), (21, socket.SOCK_SEQPACKET), (17, socket.SOCK_RAW), (40, socket.SOCK_STREAM)]:
  try: socket.socket(family, kind).close(); print('open')
  except OSError as error: print(f'[Errno {error.errno}] {error.strerror}')`;

test('four families open, and of the others the kernel tells the same as to CPython', () => {
  const program = fileURLToPath(new URL('s1-address-families.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-C', '@p8/source', program], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 3)).toEqual(['AF_UNIX true', 'AF_INET 127.0.0.1,port', 'AF_INET6 ::1,port,0,0']);
  const python = spawnSync('python3', ['-c', PYTHON], { encoding: 'utf8' }).stdout.trimEnd().split('\n');
  const names = ['AF_CAN', 'AF_RDS', 'AF_PACKET', 'AF_VSOCK'];
  expect(lines.length).toBe(3 + names.length);
  for (const [i, name] of names.entries()) {
    expect(lines[3 + i]).toContain(name);
    expect(lines[3 + i]).toContain(python[i]);
  }
});
