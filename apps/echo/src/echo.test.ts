/** The program as a real process, with itself, with Python's sockets and with Debian's nc as the other end. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.mjs';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'p8-echo-'));
const path = join(folder, 'socket');
const running: ChildProcess[] = [];

beforeAll(() => requirePrograms({ python3: 'python3', nc: 'netcat-openbsd' }));
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

function echo(...args: string[]): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  return spawnSync(process.execPath, ['-C', '@p8/source', main, ...args], { encoding: 'utf8' });
}

/** Starts a server and returns what it prints, its address, and how to end it. */
async function serve(...flags: string[]) {
  const child = spawn(process.execPath, ['-C', '@p8/source', main, 'serve', ...flags]);
  running.push(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += String(data)));
  child.stderr.on('data', (data: Buffer) => (output += String(data)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await vi.waitUntil(() => output.includes('\n'), { timeout: 30_000 });
  const port = /:(\d+)\n/.exec(output)?.[1] ?? '';
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return { port, end, output: () => output };
}

const transports = [
  { name: 'TCP', flags: ['--tcp', '--port', '0'], peer: '127.0.0.1' },
  { name: 'UDP', flags: ['--udp', '--port', '0'], peer: '127.0.0.1' },
  { name: 'a unix stream socket', flags: ['--unix', path], peer: 'somebody' },
  { name: 'a unix datagram socket', flags: ['--unix-datagram', path], peer: '@' },
];

const python = `
import socket, sys
family, kind, address = eval(sys.argv[1])
s = socket.socket(family, kind)
s.settimeout(20)
if family == socket.AF_UNIX and kind == socket.SOCK_DGRAM: s.bind('')
s.connect(address)
s.sendall(b'from python\\n')
print(s.recv(1024))
`;

describe.each(transports)('over $name', ({ flags, peer }) => {
  const there = (port: string): string[] => flags.map((flag) => (flag === '0' ? port : flag));

  test('the server prints the peer and the data, the client what it sent and received; Ctrl-C ends it', async () => {
    const server = await serve(...flags);
    const client = echo('send', ...there(server.port), 'hello', 'world');
    expect(client).toMatchObject({ stdout: 'Sent: hello world\nReceived: HELLO WORLD\n', stderr: '', status: 0 });
    expect(await server.end('SIGINT')).toBe(0);
    expect(server.output().split('\n').slice(1)).toEqual([
      expect.stringMatching(new RegExp(`^${peer}.* wrote:$`)),
      'hello world',
      '',
    ]);
    expect(existsSync(path)).toBe(false);
  });

  test("answers Python's sockets and nc", async () => {
    const server = await serve(...flags);
    const unix = flags.includes(path);
    const type = flags[0]?.match(/udp|datagram/) ? 'DGRAM' : 'STREAM';
    const address = unix ? `'${path}'` : `('127.0.0.1', ${server.port})`;
    const where = `(socket.AF_${unix ? 'UNIX' : 'INET'}, socket.SOCK_${type}, ${address})`;
    expect(spawnSync('python3', ['-c', python, where], { encoding: 'utf8' }).stdout).toBe("b'FROM PYTHON'\n");
    const kind = type === 'DGRAM' ? ['-u', '-W', '1'] : ['-N'];
    const target = unix ? ['-U', path] : ['127.0.0.1', server.port];
    const nc = spawnSync('nc', [...kind, '-w', '20', ...target], { encoding: 'utf8', input: 'from nc\n' });
    expect(nc.stdout).toBe('FROM NC');
    expect(await server.end('SIGTERM')).toBe(0);
  });
});

test('an idle client neither holds up others nor the end', async () => {
  const server = await serve('--port', '0');
  const idle = spawn('nc', ['127.0.0.1', server.port]);
  running.push(idle);
  expect(echo('send', '--port', server.port, 'x').stdout).toBe('Sent: x\nReceived: X\n');
  expect(await server.end('SIGINT')).toBe(0);
});

test.each([
  { args: ['send', '--port', '1', 'x'], says: /Connection refused.*is p8-echo serve running/ },
  { args: ['send', '--host', 'no-such-host.invalid', 'x'], says: /no-such-host\.invalid/ },
  { args: ['send', '--port', '65536', 'x'], says: /A port is a number from 0 to 65535/ },
  { args: ['send', '--timeout', 'soon', 'x'], says: /A time limit is a number of seconds/ },
  { args: ['serve', '--unix', '/tmp/'.padEnd(110, 'x')], says: /107/ },
  { args: ['serve', '--unix', '/no/such/folder/socket'], says: /No such file or directory/ },
  { args: ['send', '--udp', '--unix', '/tmp/x', 'x'], says: /cannot be used with/ },
  { args: ['send'], says: /missing required argument/ },
])('$args fails with a sentence', ({ args, says }) => {
  const { stderr, status } = echo(...args);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(status).toBe(1);
});
