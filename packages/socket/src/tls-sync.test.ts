/** Blocking TLS: the same face, on a thread that never comes back to its event loop. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Certificates } from '../test/certificates.ts';
import { Folder, tcpPair } from '../test/connected.ts';
import { checkLeftovers, descriptors } from '../test/leftovers.ts';
import { createConnectionSync, createServer, SHUT_WR, wrapTls, wrapTlsSync } from './index.ts';
import type { Address, TlsSocket, TlsSyncOptions } from './index.ts';

let certificates: Certificates;
let peer: Worker;
let address: Address;
const told: string[] = [];

beforeAll(async () => {
  certificates = new Certificates();
  const workerData = { serverSide: true, ...certificates.server };
  peer = new Worker(new URL('../test/tls-peer.ts', import.meta.url), { workerData, execArgv: ['-C', '@p8/source'] });
  [address] = (await once(peer, 'message')) as [Address];
  peer.on('message', (result: string) => told.push(result));
  // starts the helper, which stays
  openTls().close();
  await once(peer, 'message');
});
afterAll(async () => {
  peer.postMessage('end');
  await once(peer, 'exit');
  certificates[Symbol.dispose]();
});
checkLeftovers();

function openTls(options: TlsSyncOptions = {}): TlsSocket {
  return wrapTlsSync(createConnectionSync(address), {
    serverHostname: 'localhost',
    ca: certificates.ca,
    timeout: 10,
    ...options,
  });
}

/** What the peer says of the connection that ended last. */
async function lastWords(count: number): Promise<string | undefined> {
  await expect.poll(() => told.length).toBe(count);
  return told.at(-1);
}

test('reads and writes as a blocking socket does', async () => {
  const before = told.length;
  using sock = openTls();
  expect([sock.version(), sock.authorized, sock.sessionReused]).toEqual(['TLSv1.3', true, false]);
  expect(sock.getpeername()).toEqual(address);
  expect(sock.getpeercert()?.subject).toEqual({ CN: 'server' });
  sock.sendallSync('one\ntwo\nthree\n1234');
  expect(String(sock.recvUntilSync('\n'))).toBe('one\n');
  using file = sock.makefile('r');
  expect(String(file.readlineSync())).toBe('two\n');
  expect(String(sock.recvExactlySync(6))).toBe('three\n');
  const memory = Buffer.alloc(4);
  expect(sock.recvIntoSync(memory.subarray(0, 2)) + sock.recvIntoSync(memory.subarray(2))).toBe(4);
  expect(String(memory)).toBe('1234');
  expect(sock.sendSync('x')).toBe(1);
  sock.shutdown(SHUT_WR);
  expect(String(sock.recvExactlySync(1))).toBe('x');
  expect(sock.recvSync(1).length).toBe(0);
  expect(() => sock.sendallSync('more')).toThrow('Broken pipe');
  expect(await lastWords(before + 1)).toBe('end after 19 bytes');
});

test('the promise calls work too, and megabytes come back whole', async () => {
  const before = told.length;
  using sock = openTls();
  const content = Buffer.alloc(3_000_000, 'content of some length');
  const [echo] = await Promise.all([sock.recvExactly(content.length), sock.sendall(content)]);
  expect(echo.equals(content)).toBe(true);
  using folder = new Folder();
  writeFileSync(folder.file('content'), content.subarray(0, 100_000));
  const file = openSync(folder.file('content'), 'r');
  expect(sock.sendfileSync(file)).toBe(100_000);
  closeSync(file);
  expect(sock.recvExactlySync(100_000).equals(content.subarray(0, 100_000))).toBe(true);
  sock.close();
  expect(await lastWords(before + 1)).toBe('end after 3100000 bytes');
});

test('a time-out loses nothing', async () => {
  const before = told.length;
  using sock = openTls();
  sock.sendallSync('abc');
  sock.settimeout(0.05);
  expect(() => sock.recvExactlySync(6)).toThrow('timed out');
  sock.sendallSync('def');
  sock.settimeout(10);
  expect(String(sock.recvExactlySync(6))).toBe('abcdef');
  sock.settimeout(0);
  expect(() => sock.recvSync(1)).toThrow(expect.objectContaining({ name: 'BlockingIOError' }));
  sock.close();
  expect(() => sock.recvSync(1)).toThrow('Bad file descriptor');
  expect(await lastWords(before + 1)).toBe('end after 6 bytes');
});

test('what was sent before close() arrives, also what the peer has answered and nobody has read', async () => {
  for (let round = 0; round < 20; round++) {
    const before = told.length;
    const sock = openTls();
    sock.sendallSync(Buffer.alloc(round * 10_000, 'x'));
    if (round % 2) sock.sendallSync('y');
    sock.close();
    // the peer's answer meets a closed end, and it may learn that before the end of what we sent
    expect(await lastWords(before + 1)).toMatch(/^end after|BrokenPipeError|ConnectionResetError/);
  }
});

test('a session is resumed', async () => {
  const before = told.length;
  const first = openTls();
  first.sendallSync('x');
  first.recvSync(1);
  await expect.poll(() => first.session).toBeInstanceOf(Buffer);
  first.close();
  const second = openTls({ session: first.session as Buffer });
  expect(second.sessionReused).toBe(true);
  second.close();
  await lastWords(before + 2);
});

test('refuses what it must, with the reason', async () => {
  const before = told.length;
  expect(() => openTls({ ca: certificates.unknown.cert })).toThrow(
    expect.objectContaining({ name: 'SSLCertVerificationError' }),
  );
  expect(() => openTls({ serverHostname: 'elsewhere.test' })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
  );
  await lastWords(before + 2);
  const [a, b] = tcpPair();
  b.sendallSync('plain words, no TLS at all');
  expect(() => wrapTlsSync(a, { serverHostname: 'x' })).toThrow(expect.objectContaining({ name: 'SSLError' }));
  b.close();
  const [c, d] = tcpPair();
  c.settimeout(0.1);
  expect(() => wrapTlsSync(c, { serverHostname: 'x' })).toThrow(expect.objectContaining({ name: 'TimeoutError' }));
  d.close();
  const [e, f] = tcpPair();
  const context = { context: createSecureContext() } as object;
  expect(() => wrapTlsSync(e, { serverHostname: 'x', ...context })).toThrow('context cannot go to the helper thread');
  expect(e.closed).toBe(false);
  e.close();
  f.close();
});

const program = join(import.meta.dirname, '../test/tls-client.ts');

test.for(['close', 'leave open', 'exit'])('a program that ends at once (%s) has sent everything', async (how) => {
  using listener = createServer(['127.0.0.1', 0]);
  const [, port] = listener.getsockname() as [string, number];
  const child = spawn(process.execPath, ['-C', '@p8/source', program, String(port), certificates.file('ca.pem'), how], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [sock] = await listener.accept();
  const server = await wrapTls(sock, { serverSide: true, ...certificates.server });
  expect((await server.recvExactly(100_000)).equals(Buffer.alloc(100_000, 'last words '))).toBe(true);
  expect((await server.recv(1)).length).toBe(0);
  server.close();
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test(
  'a worker that ends or is terminated takes its helper and its connections along',
  { timeout: 120_000 },
  async () => {
    const before = descriptors();
    const fixture = new URL('../test/tls-client.ts', import.meta.url);
    for (let round = 0; round < 6; round++) {
      const known = told.length;
      const workerData = { address, ca: certificates.ca };
      const worker = new Worker(fixture, { workerData, execArgv: ['-C', '@p8/source'] });
      await once(worker, 'message');
      for (let turns = round; turns > 0; turns--) await new Promise(setImmediate);
      await worker.terminate();
      await lastWords(known + 1);
    }
    await expect.poll(descriptors).toBe(before);
  },
);
