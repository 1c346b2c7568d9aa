/** Files onto streams, in both forms. */
import { closeSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Folder, streams } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import * as s from './index.ts';
import { Socket, socketpair } from './index.ts';

checkLeftovers();

/** A file with these bytes, open for reading and writing, its position at the start. */
class OpenFile implements Disposable {
  readonly #folder = new Folder();
  readonly fd: number;

  constructor(content: string | Uint8Array) {
    writeFileSync(this.#folder.file('content'), content);
    this.fd = openSync(this.#folder.file('content'), 'r+');
  }

  get path(): string {
    return this.#folder.file('content');
  }

  /** The next byte at the file's position. */
  next(): string {
    const byte = Buffer.alloc(1);
    return String(byte.subarray(0, readSync(this.fd, byte, 0, 1, null)));
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    this.#folder[Symbol.dispose]();
  }
}

const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 253));

/** Receives up to the end. */
async function all(sock: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const part = await sock.recv(60_000);
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
  }
}

describe.each(forms)('%s', (_, call) => {
  test.each([
    [undefined, undefined, '0123456789', ''],
    [2, undefined, '23456789', ''],
    [2, 5, '23456', '7'],
    [0, 10, '0123456789', ''],
    [8, 100, '89', ''],
    [10, undefined, '', ''],
    [100, undefined, '', ''],
  ])('from offset %s, %s bytes: %o; the position is behind them', async (offset, count, expected, next) => {
    using file = new OpenFile('0123456789');
    const [a, b] = socketpair();
    expect(await call.sendfile(a, file.fd, offset, count)).toBe(expected.length);
    a.close();
    expect(String(await all(b))).toBe(expected);
    expect(file.next()).toBe(next);
    b.close();
  });

  test.each([
    ['count 0', 0, 0, 'count must be a positive integer (got 0)', 'ValueError'],
    ['count -1', 0, -1, 'count must be a positive integer (got -1)', 'ValueError'],
    ['count 1.5', 0, 1.5, 'count must be a positive integer (got 1.5)', 'TypeError'],
    ['offset -1', -1, 1, 'offset must be an integer from 0 up, not -1', 'ValueError'],
    ['offset NaN', Number.NaN, 1, 'offset must be an integer', 'ValueError'],
  ])('%s is refused', async (_name, offset, count, message, name) => {
    using file = new OpenFile('x');
    const [a, b] = socketpair();
    await expect(call.sendfile(a, file.fd, offset, count)).rejects.toMatchObject({ name });
    await expect(call.sendfile(a, file.fd, offset, count)).rejects.toThrow(`sendfile(): ${message}`);
    a.close();
    b.close();
  });

  test('what is no regular file is refused', async () => {
    using folder = new Folder();
    const [a, b] = socketpair();
    const directory = openSync(folder.path, 'r');
    await expect(call.sendfile(a, directory)).rejects.toThrow('sendfile(): file must be a regular file');
    execFileSync('mkfifo', [folder.file('fifo')]);
    const path: unknown = 'path';
    const fifo = openSync(folder.file('fifo'), 'r+');
    await expect(call.sendfile(a, fifo)).rejects.toThrow('sendfile(): file must be a regular file');
    await expect(call.sendfile(a, b.fileno())).rejects.toThrow('sendfile(): file must be a regular file');
    await expect(call.sendfile(a, path as number)).rejects.toThrow('sendfile(): file must be a descriptor');
    await expect(call.sendfile(a, -1)).rejects.toThrow('sendfile(): file');
    closeSync(directory);
    await expect(call.sendfile(a, directory)).rejects.toMatchObject({ code: 'EBADF' });
    closeSync(fifo);
    a.close();
    b.close();
  });

  test('a socket that is no stream, or does not wait, is refused', async () => {
    using file = new OpenFile('x');
    using datagram = new Socket(s.AF_INET, s.SOCK_DGRAM);
    await expect(call.sendfile(datagram, file.fd)).rejects.toThrow('sendfile() needs a stream socket');
    const [a, b] = socketpair();
    a.setblocking(false);
    await expect(call.sendfile(a, file.fd)).rejects.toMatchObject({ name: 'ValueError' });
    a.close();
    b.close();
  });

  test('a limit tells how much went out, and the file is behind it', async () => {
    using file = new OpenFile(large);
    const [a, b] = socketpair();
    a.settimeout(0.02);
    const failure: unknown = await call.sendfile(a, file.fd, 1000).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'TimeoutError', syscall: 'sendfile' });
    const { bytesSent } = failure as s.SendallError;
    a.close();
    const received = await all(b);
    expect(received.length).toBe(bytesSent);
    expect(received.equals(large.subarray(1000, 1000 + bytesSent))).toBe(true);
    expect(file.next()).toBe(String(Buffer.from([large[1000 + bytesSent] as number])));
    b.close();
  });

  test('a peer that is gone is an error that tells how much went out', async () => {
    using file = new OpenFile(large);
    const [a, b] = socketpair();
    b.close();
    await expect(call.sendfile(a, file.fd)).rejects.toMatchObject({ code: 'EPIPE', syscall: 'sendfile', bytesSent: 0 });
    a.close();
  });
});

test.each(streams)('%s: a large file arrives whole, and its progress is told', async (_, connect) => {
  using file = new OpenFile(large);
  const [a, b] = connect();
  const told: number[] = [];
  const sending = a.sendfile(file.fd, 0, undefined, { progress: (sent) => told.push(sent) }).finally(() => a.close());
  expect((await all(b)).equals(large)).toBe(true);
  expect(await sending).toBe(large.length);
  expect(told.at(-1)).toBe(large.length);
  expect(told).toEqual(told.toSorted((x, y) => x - y));
  expect(Math.max(...told.map((sent, i) => sent - (told[i - 1] ?? 0)))).toBeLessThanOrEqual(1024 * 1024);
  b.close();
});

test('the blocking form tells its progress too', async () => {
  using file = new OpenFile('0123456789');
  const [a, b] = socketpair();
  const told: number[] = [];
  expect(a.sendfileSync(file.fd, 2, 5, { progress: (sent) => told.push(sent) })).toBe(5);
  expect([told, String(b.recvSync(100))]).toEqual([[5], '23456']);
  a.close();
  b.close();
});

test('a FileHandle can be sent, and a file of a system that cannot tell what is cached', async () => {
  using file = new OpenFile('from a handle');
  const [a, b] = socketpair();
  const handle = await open(file.path);
  expect(await a.sendfile(handle, 5)).toBe(8);
  await handle.close();
  const proc = openSync('/proc/self/status', 'r');
  expect(await a.sendfile(proc, 0, 4)).toBe(4);
  closeSync(proc);
  a.close();
  expect(String(await all(b))).toBe('a handleName');
  b.close();
});

test('a file that grows is sent up to its new end, one that shrinks up to its new end', async () => {
  const [a, b] = socketpair();
  using growing = new OpenFile(Buffer.alloc(1000, 'a'));
  const grown = await a.sendfile(growing.fd, 0, undefined, {
    progress: (sent) => {
      if (sent === 1000) writeFileSync(growing.path, Buffer.alloc(1500, 'b'));
    },
  });
  expect(grown).toBe(1500);
  using shrinking = new OpenFile(large);
  const receiving = all(b);
  const shrunk = await a.sendfile(shrinking.fd, 0, large.length, {
    progress: () => ftruncateSync(shrinking.fd, 10),
  });
  expect(shrunk).toBeLessThan(large.length);
  a.close();
  expect((await receiving).length).toBe(1500 + shrunk);
  b.close();
});

test('a signal ends it between or within parts, with the file behind what went out', async () => {
  using file = new OpenFile(large);
  const [a, b] = socketpair();
  const reason = new Error('enough');
  const controller = new AbortController();
  const sending = a.sendfile(file.fd, 0, undefined, {
    signal: controller.signal,
    progress: () => controller.abort(reason),
  });
  const outcome = expect(sending).rejects.toBe(reason);
  const receiving = all(b);
  await outcome;
  a.close();
  const { length } = await receiving;
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThan(large.length);
  expect(file.next()).toBe(String(Buffer.from([large[length] as number])));
  await expect(socketpairSend(file.fd, AbortSignal.abort(reason))).rejects.toBe(reason);
  b.close();
});

test('a signal that is aborted while a part waits ends it', async () => {
  using file = new OpenFile(large);
  const [a, b] = socketpair();
  const reason = new Error('enough');
  const controller = new AbortController();
  const sending = a.sendfile(file.fd, 0, undefined, { signal: controller.signal });
  const outcome = expect(sending).rejects.toBe(reason);
  await new Promise(setImmediate);
  controller.abort(reason);
  await outcome;
  a.close();
  const { length } = await all(b);
  expect(file.next()).toBe(String(Buffer.from([large[length] as number])));
  b.close();
});

test('closing the socket ends it, also from its own progress callback', async () => {
  using file = new OpenFile(large);
  const [a, b] = socketpair();
  const sending = a.sendfile(file.fd);
  const outcome = expect(sending).rejects.toMatchObject({ code: 'EBADF', syscall: 'sendfile' });
  await new Promise(setImmediate);
  a.close();
  await outcome;
  b.close();
  const [c, d] = socketpair();
  const receiving = all(d);
  const other = c.sendfile(file.fd, 0, undefined, { progress: () => c.close() });
  await expect(other).rejects.toMatchObject({ code: 'EBADF', syscall: 'sendfile' });
  expect((await receiving).length).toBeGreaterThan(0);
  d.close();
});

test('an error of the progress callback ends it', async () => {
  using file = new OpenFile(large);
  const [a, b] = socketpair();
  const receiving = all(b);
  const error = new Error('of the callback');
  const sending = a.sendfile(file.fd, 0, undefined, {
    progress: () => {
      throw error;
    },
  });
  await expect(sending).rejects.toBe(error);
  a.close();
  await receiving;
  b.close();
});

async function socketpairSend(fd: number, signal: AbortSignal): Promise<void> {
  const [a, b] = socketpair();
  try {
    await a.sendfile(fd, 0, undefined, { signal });
  } finally {
    a.close();
    b.close();
  }
}

test('a descriptor that is closed and used for another file meanwhile changes nothing', async () => {
  const [a, b] = socketpair();
  const folder = new Folder();
  writeFileSync(folder.file('sent'), large);
  writeFileSync(folder.file('other'), Buffer.alloc(large.length, 'x'));
  const fd = openSync(folder.file('sent'), 'r');
  const sending = a.sendfile(fd);
  closeSync(fd);
  // the lowest free number is given out, so this is the same one
  const other = openSync(folder.file('other'), 'r');
  expect(other).toBe(fd);
  const received: Buffer[] = [];
  for (let got = 0; got < large.length; got += received.at(-1)?.length ?? 0) received.push(await b.recv(65536));
  expect(await sending).toBe(large.length);
  expect(Buffer.concat(received).equals(large)).toBe(true);
  closeSync(other);
  a.close();
  b.close();
  folder[Symbol.dispose]();
});
