/** Two threads on one descriptor, by its number: a close in one of them ends it in both, at once and for good. */
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { tcpPair } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { AF_INET, createServer, SOCK_DGRAM, Socket, socketpair } from './index.ts';

checkLeftovers();

class Sharing {
  readonly #worker: Worker;
  readonly #told: string[] = [];

  constructor(fileno: number, act: string) {
    const fixture = new URL('../test/sharing-worker.ts', import.meta.url);
    this.#worker = new Worker(fixture, { workerData: { fileno, act }, execArgv: ['-C', '@p8/source'] });
    this.#worker.on('message', (outcome: string) => this.#told.push(outcome));
  }

  async next(): Promise<string> {
    while (this.#told.length === 0) await once(this.#worker, 'message');
    return this.#told.shift() as string;
  }

  async ended(): Promise<void> {
    if (this.#worker.threadId !== -1) await once(this.#worker, 'exit');
  }
}

function udp(): [Socket, Socket] {
  const sock = new Socket(AF_INET, SOCK_DGRAM);
  sock.bind(['127.0.0.1', 0]);
  return [sock, sock.dup()];
}

/** Lets the other thread begin its call; where it has not yet, the outcome is the same. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}

test.each([
  ['block', 'TCP', tcpPair],
  ['block', 'unix', () => socketpair()],
  ['block', 'UDP', udp],
  ['wait', 'TCP', tcpPair],
  ['wait', 'unix', () => socketpair()],
  ['wait', 'UDP', udp],
] as const)('a close here ends a call that %ss in the other thread: %s', async (act, _, open) => {
  const [a, b] = open();
  const sharing = new Sharing(a.fileno(), act);
  expect(await sharing.next()).toBe('ready');
  await turns();
  const number = a.fileno();
  a.close();
  expect(await sharing.next()).toBe('EBADF');
  expect(await sharing.next()).toBe('EBADF');
  await sharing.ended();
  expect(() => fstatSync(number)).toThrow('EBADF');
  b.close();
});

test('a listener that is closed here accepts no more in the other thread', async () => {
  const listener = createServer(['127.0.0.1', 0]);
  const sharing = new Sharing(listener.fileno(), 'accept');
  expect(await sharing.next()).toBe('ready');
  await turns();
  listener.close();
  expect(await sharing.next()).toBe('EBADF');
  await sharing.ended();
});

test('a close in the other thread ends the calls here, and the number is not used again before this socket is closed', async () => {
  const [a, b] = tcpPair();
  const number = a.fileno();
  const waiting = a.recv(10);
  const sharing = new Sharing(number, 'close');
  await expect(waiting).rejects.toMatchObject({ code: 'EBADF' });
  expect(await b.recv(1)).toHaveLength(0);
  await sharing.ended();
  const others = socketpair();
  expect(others.map((sock) => sock.fileno())).not.toContain(number);
  await expect(a.sendall('to nobody else')).rejects.toMatchObject({ code: 'EBADF' });
  expect(() => a.recvSync(1)).toThrow('Bad file descriptor');
  expect(a.closed).toBe(false);
  a.close();
  expect(() => fstatSync(number)).toThrow('EBADF');
  for (const sock of [b, ...others]) sock.close();
});

test('the end of the other thread is no close', async () => {
  const [a, b] = tcpPair();
  const sharing = new Sharing(a.fileno(), 'end');
  await sharing.ended();
  b.sendallSync('still open');
  expect(String(await a.recv(100))).toBe('still open');
  a.close();
  b.close();
});

test('a duplicate that a thread has closed by other means is not closed again when the thread ends', async () => {
  using source = new Socket(AF_INET, SOCK_DGRAM);
  const fixture = new URL('../test/dup-worker.ts', import.meta.url);
  const worker = new Worker(fixture, {
    workerData: source.fileno(),
    execArgv: ['-C', '@p8/source'],
    trackUnmanagedFds: false,
  });
  const [number] = (await once(worker, 'message')) as [number];
  // the lowest free number is the next
  const sockets = Array.from({ length: 64 }, () => new Socket(AF_INET, SOCK_DGRAM));
  expect(sockets.map((sock) => sock.fileno())).toContain(number);
  await worker.terminate();
  for (const sock of sockets) {
    expect(sock.getsockname()).toEqual(['0.0.0.0', 0]);
    sock.close();
  }
});
