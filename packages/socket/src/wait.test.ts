/** Blocking calls as programs meet them: in workers, under Ctrl-C; and how long a program lives. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { BlockingIOError } from '@p8/errors';
import { describe, expect, test } from 'vitest';
import { checkLeftovers } from '../test/leftovers.ts';
import { createConnection, createServer, socketpair } from './index.ts';
import type { InternetAddress } from './index.ts';

checkLeftovers();

const PPOLL = process.arch === 'arm64' ? '73' : '271';

type Program = ChildProcessByStdio<null, Readable, Readable>;

function program(name: string, ...args: readonly string[]): Program {
  const path = new URL(`../test/${name}.ts`, import.meta.url).pathname;
  return spawn(process.execPath, ['-C', '@p8/source', path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(child: Program): Promise<{ output: string; errors: string; status: unknown }> {
  const closed = once(child, 'close');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = (await closed) as [number | null, string | null];
  return { output, errors, status: code ?? signal };
}

describe('Ctrl-C in a blocking call', () => {
  async function interrupt(...args: readonly string[]): ReturnType<typeof outcome> {
    const child = program('interrupted', ...args);
    const result = outcome(child);
    const blocked = (): string => readFileSync(`/proc/${child.pid}/syscall`, 'utf8').split(' ')[0] ?? '';
    await expect.poll(blocked, { timeout: 30_000, interval: 10 }).toBe(PPOLL);
    child.kill('SIGINT');
    return result;
  }

  test.each([
    'recv',
    'recv with a limit',
    'second recv',
    'recv after the last listener went',
    'accept',
    'sendall',
    'connect',
    'unix connect',
  ])('%s raises KeyboardInterrupt', async (call) => {
    expect(await interrupt(call)).toEqual({ output: 'KeyboardInterrupt\n', errors: '', status: 0 });
  });

  test('uncaught, it ends the program as the shell expects', async () => {
    const { output, errors, status } = await interrupt('recv', 'uncaught');
    expect({ output, status }).toEqual({ output: '', status: 130 });
    expect(errors).toContain('KeyboardInterrupt');
  });

  test('a listener runs instead, and may close the socket', async () => {
    expect(await interrupt('recv', 'close')).toEqual({
      output: 'heard\nOSError: [Errno 9] Bad file descriptor: the socket was closed during recv()\n',
      errors: '',
      status: 0,
    });
  });

  test('a listener that came after another blocking call runs too', async () => {
    expect(await interrupt('recv with a listener that came late')).toEqual({
      output: 'heard\nOSError: [Errno 9] Bad file descriptor: the socket was closed during recv()\n',
      errors: '',
      status: 0,
    });
  });

  test('behind a blocking call, while none waits, it ends the program as ever', async () => {
    const child = program('interrupted', 'no call at all');
    const result = outcome(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await result).toEqual({ output: 'computing\n', errors: '', status: 'SIGINT' });
  });

  test('what a listener throws leaves the call', async () => {
    expect(await interrupt('recv', 'throw')).toEqual({ output: 'Error: of the listener\n', errors: '', status: 0 });
  });
});

test('a blocking read behind one that emptied the stream finds what has come, what was kept, the limit and the end', () => {
  const [a, b] = socketpair();
  const empty = (): void => {
    a.sendallSync('x');
    expect(String(b.recvSync(9))).toBe('x');
  };
  empty();
  a.sendallSync('abc');
  b.settimeout(0.01);
  expect(() => b.recvExactlySync(4)).toThrow('timed out');
  expect(String(b.recvSync(9))).toBe('abc');
  empty();
  expect(() => b.recvSync(9)).toThrow('timed out');
  empty();
  b.settimeout(0);
  expect(() => b.recvSync(9)).toThrow(BlockingIOError);
  b.settimeout(null);
  empty();
  a.close();
  expect(b.recvSync(9).length).toBe(0);
  b.close();
});

describe('blocking calls in worker threads', () => {
  const fixture = new URL('../test/blocking-echo.ts', import.meta.url);

  test('serve while this thread awaits, several at once', async () => {
    const echoes = Array.from({ length: 3 }, async (_, index) => {
      const worker = new Worker(fixture, { execArgv: ['-C', '@p8/source'] });
      const ended = once(worker, 'exit');
      const [address] = (await once(worker, 'message')) as [InternetAddress];
      const sock = await createConnection(address);
      const file = sock.makefile('rw', { buffering: 0 });
      for (let i = 0; i < 20; i++) {
        await file.write(`line ${i} of ${index}\n`);
        expect(String(await file.readline())).toBe(`LINE ${i} OF ${index}\n`);
      }
      sock.shutdown(1);
      expect(String(await file.readline())).toBe('');
      await file.close();
      sock.close();
      expect(await ended).toEqual([0]);
    });
    await Promise.all(echoes);
  });
});

describe('a program', () => {
  test.each([
    ['idle', 'idle with 4\n'],
    ['waited', 'received, true\n'],
    ['look-up', '1\n'],
    ['limit', 'TimeoutError: timed out false\n'],
    ['aborted', 'Error: enough false\n'],
  ])('%s ends by itself, after its calls', async (name, output) => {
    expect(await outcome(program('lifetime', name))).toEqual({ output, errors: '', status: 0 });
  });

  test('lives as long as a call waits, not as long as its sockets are open', async () => {
    const child = program('lifetime', 'waits');
    const closed = once(child, 'close');
    let output = '';
    child.stdout.on('data', (data: unknown) => (output += String(data)));
    await once(child.stdout, 'data');
    const sock = await createConnection(JSON.parse(output));
    const address = sock.getsockname();
    // connected, and still nothing to receive: the program goes on waiting
    expect(child.exitCode).toBe(null);
    await sock.sendall('at last');
    expect(await closed).toEqual([0, null]);
    expect(output).toContain(`at last ${JSON.stringify(address)}\n`);
    sock.close();
  });

  test('may leave from a continuation while others wait', async () => {
    expect(await outcome(program('lifetime', 'exit inside'))).toEqual({ output: 'leaving\n', errors: '', status: 3 });
  });
});

test('a listener without anyone who waits lets the kernel queue connections', async () => {
  using listener = createServer(['127.0.0.1', 0]);
  const clients = await Promise.all(Array.from({ length: 20 }, () => createConnection(listener.getsockname())));
  const accepted = await Promise.all(clients.map(() => listener.accept()));
  expect(accepted.map(([, address]) => address)).toEqual(
    expect.arrayContaining(clients.map((client) => client.getsockname())),
  );
  for (const sock of [...clients, ...accepted.map(([sock]) => sock)]) sock.close();
});
