/** The program as a real process, with itself, with Python's sockets and with Debian's nc as the other end. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.mjs';

const LONG = { timeout: 60_000 };
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

const modes = ['sequential', 'async', 'threading', 'forking'];

describe.each(transports)('over $name', ({ name, flags, peer }) => {
  test.each(name === 'TCP' ? modes : ['threading', 'forking'])(
    'a load is answered by handlers that run %s',
    LONG,
    async (mode) => {
      const server = await serve(...flags, '--mode', mode, '--quiet');
      const plot = join(folder, 'plot.svg');
      // a server that handles one connection after another has room for one
      const connections = mode === 'sequential' ? '1' : '8';
      const args = ['-c', connections, '--duration', '0.3', '--json', '--plot', plot];
      const { stdout, stderr, status } = echo('load', ...there(server.port), ...args);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      const result = JSON.parse(stdout) as { requests: number; histogram: { count: number }[] };
      expect(result).toMatchObject({
        connections: Number(connections),
        size: 64,
        errors: 0,
        latency: { p50: expect.any(Number) },
      });
      expect(result.requests).toBeGreaterThan(0);
      expect(result.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(result.requests);
      expect(readFileSync(plot, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(await server.end('SIGTERM')).toBe(0);
    },
  );

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

test('a load has a rate, may take a connection for each message, and tells in words', LONG, async () => {
  const server = await serve('--port', '0', '--quiet');
  const args = ['load', '--port', server.port, '-c', '2', '--rate', '50', '--duration', '0.4', '--once'];
  const { stdout, status } = echo(...args);
  expect(status).toBe(0);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^2 connections, 64 bytes, \d+\.\d s$/);
  expect(lines[1]).toMatch(/^20 answers, \d+ a second, 0 errors$/);
  expect(stdout).toMatch(/^p99\.9 +\d/m);
  expect(stdout).toMatch(/^< .* #+$/m);
  expect(await server.end('SIGINT')).toBe(0);
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
  { args: ['load', '--port', '1'], says: /Connection refused.*is p8-echo serve running/ },
  { args: ['load', '-c', '0'], says: /A count is a whole number from 1/ },
  { args: ['serve', '--mode', 'magic'], says: /Allowed choices are sequential, async, threading, forking/ },
  { args: ['send'], says: /missing required argument/ },
])('$args fails with a sentence', ({ args, says }) => {
  const { stderr, status } = echo(...args);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(status).toBe(1);
});
