/** Servers as services: given a socket, ended by SIGTERM, carried on by a successor. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ChildProcessError } from '@p8/errors';
import { AF_INET, createConnection, createServer, SHUT_WR, Socket } from '@p8/socket';
import type { Address } from '@p8/socket';
import { AsyncTCPServer, listenFds, notifyReady, startSuccessor, TCPServer } from './index.ts';
import { UpperLines } from '../test/handlers.ts';
import { answer, anyPort } from '../test/crew.ts';

const LONG = { timeout: 60_000 };
const program = fileURLToPath(new URL('../test/service.ts', import.meta.url));
const pids = new Set<number>();
afterEach(() => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
  pids.clear();
});

/** Starts the service, given a socket or not, and waits for its line. */
async function start(
  kind: string,
  listener?: Socket,
): Promise<{ child: ChildProcess; lines: string[]; address: Address }> {
  const fds = listener === undefined ? '' : 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=echo ';
  const child = spawn('sh', ['-c', `${fds}exec "$0" "$@"`, process.execPath, '-C', '@p8/source', program, kind], {
    stdio: ['ignore', 'pipe', 'inherit', ...(listener === undefined ? [] : [listener.fileno()])],
  });
  const lines: string[] = [];
  child.stdout?.on('data', (data: Buffer) => {
    for (const line of String(data).trimEnd().split('\n')) {
      lines.push(line);
      pids.add(Number(line.split(' ')[2]));
    }
  });
  await vi.waitUntil(() => lines.length > 0, LONG);
  return { child, lines, address: ['127.0.0.1', Number(lines[0]?.split(' ')[1])] };
}

describe.each(['async', 'threading', 'forking'])('a service (%s)', (kind) => {
  test('takes the socket that its starter has opened, with what waits there', LONG, async () => {
    using listener = createServer(anyPort);
    const waiting = answer(listener.getsockname(), 'early\n');
    const { child, lines } = await start(kind, listener);
    expect(lines[0]).toMatch(/^echo /);
    expect(await waiting).toBe('EARLY\n');
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('finishes what it has after SIGTERM, and takes nothing new', LONG, async () => {
    const { child, address } = await start(kind);
    using client = await createConnection(address);
    await client.sendall('one\n');
    expect(String(await client.recv(10))).toBe('ONE\n');
    child.kill('SIGTERM');
    const refused = (): Promise<boolean> =>
      createConnection(address).then(
        (other) => (other.close(), false),
        () => true,
      );
    await vi.waitUntil(refused, LONG);
    await client.sendall('two\n');
    expect(String(await client.recv(10))).toBe('TWO\n');
    client.shutdown(SHUT_WR);
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('is carried on by a successor at SIGHUP, and no connection is lost', LONG, async () => {
    const { child, lines, address } = await start(kind);
    let asked = 0;
    const exited = once(child, 'exit');
    child.kill('SIGHUP');
    while (child.exitCode === null) expect(await answer(address, `line ${asked++}\n`)).toBe(`LINE ${asked - 1}\n`);
    await exited;
    expect(await answer(address, 'still\n')).toBe('STILL\n');
    expect(lines[1]).toMatch(new RegExp(`^0 ${String(address[1])} `));
  });
});

describe('startSuccessor', () => {
  test('says that the successor has ended before it was ready, and the server goes on', LONG, async () => {
    await using server = new AsyncTCPServer(anyPort, UpperLines);
    const serving = server.serveForever();
    await expect(startSuccessor([server], { command: ['false'] })).rejects.toThrow(ChildProcessError);
    await expect(startSuccessor([server], { command: ['sleep', '60'], timeout: 0.05 })).rejects.toThrow(/notifyReady/);
    expect(await answer(server.serverAddress, 'x\n')).toBe('X\n');
    server.shutdown();
    await serving;
  });
});

test('without a starter there are no sockets and nobody to notify', async () => {
  expect(listenFds()).toEqual([]);
  vi.stubEnv('LISTEN_FDS', '1');
  vi.stubEnv('LISTEN_PID', '1');
  expect(listenFds()).toEqual([]);
  vi.unstubAllEnvs();
  expect(await notifyReady()).toBe(false);
});

test('servers that allow it share a port, and clients are spread over them', LONG, async () => {
  class Sharing extends AsyncTCPServer {
    static override allowReusePort = true;
  }
  await using first = new Sharing(anyPort, UpperLines);
  await using second = new Sharing(first.serverAddress, UpperLines);
  const servings = [first.serveForever(), second.serveForever()];
  for (let i = 0; first.statistics().requests === 0 || second.statistics().requests === 0; i++) {
    expect(await answer(first.serverAddress, `${i}\n`)).toBe(`${i}\n`);
  }
  first.shutdown();
  second.shutdown();
  await Promise.all(servings);
});

test('a server on a socket that is ready has its address', async () => {
  const listener = createServer(anyPort);
  const address = listener.getsockname();
  await using server = new TCPServer(listener, UpperLines);
  expect(server.serverAddress).toEqual(address);
  const handled = server.handleRequest();
  expect(await answer(address, 'x')).toBe('X');
  await handled;
  expect(server.socket.family).toBe(AF_INET);
});

test('after drainTimeout serverClose waits no longer', LONG, async () => {
  class Hasty extends AsyncTCPServer {
    static override drainTimeout = 0.01;
  }
  const server = new Hasty(anyPort, UpperLines);
  const serving = server.serveForever();
  using client = await createConnection(server.serverAddress);
  await vi.waitUntil(() => server.statistics().active === 1);
  await server.serverClose();
  await serving;
  expect(await client.recv(1)).toHaveLength(0);
});
