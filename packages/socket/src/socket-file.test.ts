/** Files over sockets: lines and counts over packets of any size, limits that lose nothing, a deferred close. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streams } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { Socket, socketpair } from './index.ts';
import type { Bytes, SocketFile, SocketStream } from './index.ts';

checkLeftovers();

const turn = (): Promise<void> => new Promise(setImmediate);

/** Both forms of a file's calls under one name. */
const forms = [
  [
    'promise',
    {
      read: (file: SocketFile, size?: number) => file.read(size),
      readline: (file: SocketFile, limit?: number) => file.readline(limit),
      write: (file: SocketFile | SocketStream, data: Bytes) => file.write(data),
      flush: (file: SocketFile | SocketStream) => file.flush(),
      close: (file: SocketFile | SocketStream) => file.close(),
    },
  ],
  [
    'blocking',
    {
      read: async (file: SocketFile, size?: number) => file.readSync(size),
      readline: async (file: SocketFile, limit?: number) => file.readlineSync(limit),
      write: async (file: SocketFile | SocketStream, data: Bytes) => file.writeSync(data),
      flush: async (file: SocketFile | SocketStream) => file.flushSync(),
      close: async (file: SocketFile | SocketStream) => file.closeSync(),
    },
  ],
] as const;

describe.each(forms)('%s', (_, call) => {
  test('lines keep their end, the last one may lack it', async () => {
    const [a, b] = socketpair();
    const file = a.makefile();
    b.sendallSync('one\r\ntwo\n\nlast');
    b.close();
    const lines: string[] = [];
    for (let line = await call.readline(file); line.length > 0; line = await call.readline(file))
      lines.push(String(line));
    expect(lines).toEqual(['one\r\n', 'two\n', '\n', 'last']);
    expect(String(await call.readline(file))).toBe('');
    expect(String(await call.read(file))).toBe('');
    await call.close(file);
    a.close();
  });

  test('a limit cuts a line, and the rest comes next', async () => {
    const [a, b] = socketpair();
    const file = a.makefile();
    b.sendallSync('0123456789\nx\n');
    expect(String(await call.readline(file, 4))).toBe('0123');
    expect(String(await call.readline(file, 0))).toBe('');
    expect(String(await call.readline(file, 7))).toBe('456789\n');
    expect(String(await call.readline(file, 2))).toBe('x\n');
    await call.close(file);
    a.close();
    b.close();
  });

  test('read gives exactly what was asked for, fewer only at the end', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('rw');
    b.sendallSync('0123456789');
    expect(String(await call.read(file, 4))).toBe('0123');
    expect(String(await call.read(file, 0))).toBe('');
    b.close();
    expect(String(await call.read(file, 100))).toBe('456789');
    expect(String(await call.read(file, 100))).toBe('');
    await call.close(file);
    a.close();
  });

  test('a time-out loses nothing: what had come is there for the next call', async () => {
    const [a, b] = socketpair();
    const file = a.makefile();
    a.settimeout(0.01);
    b.sendallSync('half a l');
    await expect(call.readline(file)).rejects.toMatchObject({ name: 'TimeoutError', message: 'timed out' });
    await expect(call.read(file, 100)).rejects.toMatchObject({ name: 'TimeoutError' });
    b.sendallSync('ine\n');
    expect(String(await call.readline(file))).toBe('half a line\n');
    await call.close(file);
    a.close();
    b.close();
  });

  test('without waiting, nothing there is an error and not the end', async () => {
    const [a, b] = socketpair();
    const file = a.makefile();
    a.settimeout(0);
    await expect(call.readline(file)).rejects.toMatchObject({ name: 'BlockingIOError' });
    b.sendallSync('ab');
    await expect(call.readline(file)).rejects.toMatchObject({ name: 'BlockingIOError' });
    b.close();
    expect(String(await call.readline(file))).toBe('ab');
    expect(String(await call.readline(file))).toBe('');
    await call.close(file);
    a.close();
  });

  test('writes are gathered until the buffer is full, flushed or closed', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('w', { buffering: 10 });
    b.settimeout(0);
    const empty = { name: 'BlockingIOError' };
    expect(await call.write(file, 'four')).toBe(4);
    await expect(b.recv(100)).rejects.toMatchObject(empty);
    await call.flush(file);
    expect(String(await b.recv(100))).toBe('four');
    await call.write(file, '12345');
    await call.write(file, '67890');
    expect(String(await b.recv(100))).toBe('1234567890');
    await call.write(file, 'end');
    await call.close(file);
    expect(String(await b.recv(100))).toBe('end');
    a.close();
    b.close();
  });

  test('without buffering each write is sent at once', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('rw', { buffering: 0 });
    b.settimeout(0);
    await call.write(file, 'now');
    expect(String(await b.recv(100))).toBe('now');
    await call.close(file);
    a.close();
    b.close();
  });

  test('what was written is what the caller had then', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('w');
    const data = Buffer.from('before');
    await call.write(file, data);
    data.write('after!');
    await call.flush(file);
    expect(String(await b.recv(100))).toBe('before');
    await call.close(file);
    a.close();
    b.close();
  });

  test('what a failed flush could not send is sent by the next', async () => {
    const [a, b] = socketpair();
    const data = Buffer.alloc(3_000_000, 'x');
    const file = a.makefile('w', { buffering: data.length + 1 });
    await call.write(file, data);
    a.settimeout(0.01);
    await expect(call.flush(file)).rejects.toMatchObject({ name: 'TimeoutError', bytesSent: expect.any(Number) });
    a.settimeout(null);
    let received = 0;
    a.settimeout(0.01);
    while (received < data.length) {
      received += (await b.recv(1_000_000)).length;
      await call.flush(file).catch((error: unknown) => expect(error).toMatchObject({ name: 'TimeoutError' }));
    }
    expect(received).toBe(data.length);
    await call.close(file);
    a.close();
    b.close();
  });

  test('the descriptor stays open until the socket and all its files are closed', async () => {
    const [a, b] = socketpair();
    const reader = a.makefile('r');
    const writer = a.makefile('w');
    a.close();
    a.close();
    expect([a.closed, a.fileno()]).toEqual([true, -1]);
    await expect(a.recv(1)).rejects.toMatchObject({ code: 'EBADF' });
    b.sendallSync('still here\n');
    expect(String(await call.readline(reader))).toBe('still here\n');
    await call.close(reader);
    await call.write(writer, 'and here');
    await call.close(writer);
    await call.close(writer);
    expect(String(await b.recv(100))).toBe('and here');
    expect(String(await b.recv(100))).toBe('');
    b.close();
  });

  test('a file that is closed, or has another mode, says so', async () => {
    const [a, b] = socketpair();
    const reader = a.makefile('r');
    const writer = a.makefile('w');
    await expect(call.write(reader, 'x')).rejects.toThrow("write(): the file was opened with mode 'rb'");
    await expect(call.read(writer, 1)).rejects.toThrow("read(): the file was opened with mode 'wb'");
    expect([reader.readable(), reader.writable(), writer.readable(), writer.writable()]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    await call.close(reader);
    await call.close(writer);
    expect([reader.closed, writer.closed]).toEqual([true, true]);
    await expect(call.read(reader, 1)).rejects.toThrow('read(): the file is closed');
    await expect(call.readline(reader)).rejects.toThrow('the file is closed');
    await expect(call.write(writer, 'x')).rejects.toThrow('write(): the file is closed');
    a.close();
    b.close();
  });

  test.each([-1, Number.NaN, 1.5, '1' as unknown as number])('a size of %s is refused', async (size) => {
    const [a, b] = socketpair();
    const file = a.makefile();
    b.sendallSync('abc\n');
    await expect(call.read(file, size)).rejects.toThrow('read(): size must');
    await expect(call.readline(file, size)).rejects.toThrow('readline(): limit must');
    expect(String(await call.readline(file))).toBe('abc\n');
    await call.close(file);
    a.close();
    b.close();
  });

  test('a file does not touch a descriptor that its socket gave up', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('rw');
    using again = new Socket(undefined, undefined, undefined, { fileno: a.detach() });
    b.sendallSync('not for the file');
    await expect(call.read(file, 1)).rejects.toMatchObject({ code: 'EBADF' });
    await call.write(file, 'x');
    await expect(call.close(file)).rejects.toMatchObject({ code: 'EBADF' });
    expect(String(await again.recv(100))).toBe('not for the file');
    b.close();
  });

  test('a close that cannot send lets go of the descriptor all the same', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('w');
    await call.write(file, 'to nobody');
    b.close();
    a.close();
    await expect(call.close(file)).rejects.toMatchObject({ name: 'BrokenPipeError' });
  });
});

test.each(['a', 'rt', '', 'rwr'])('mode %o is refused, and leaves nothing open', (mode) => {
  const [a, b] = socketpair();
  expect(() => a.makefile(mode as 'r')).toThrow(
    `makefile(): mode must be 'r', 'w' or 'rw', with or without 'b', not "${mode}"`,
  );
  expect(() => a.makefile('r', { buffering: -1 })).toThrow('makefile(): buffering must be an integer from 0 up');
  a.close();
  b.close();
});

test('lines split over packets are put together', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  const line = file.readline();
  for (const part of ['spl', 'it ', 'line', '\nnext']) {
    await b.sendall(part);
    await turn();
  }
  expect(String(await line)).toBe('split line\n');
  b.close();
  expect(String(await file.readline())).toBe('next');
  await file.close();
  a.close();
});

test('a file is iterated by its lines, in both forms', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  const lines: string[] = [];
  b.sendallSync('1\n2\n3\n');
  for await (const line of file) {
    lines.push(String(line));
    if (lines.length === 2) break;
  }
  b.sendallSync('4\n5');
  b.close();
  for (const line of file) lines.push(String(line));
  expect(lines).toEqual(['1\n', '2\n', '3\n', '4\n', '5']);
  await file.close();
  a.close();
});

test('read1 gives what is there', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  b.sendallSync('abc');
  expect(String(await file.read1(2))).toBe('ab');
  expect(String(await file.read1(10))).toBe('c');
  b.close();
  expect(String(await file.read1())).toBe('');
  await file.close();
  a.close();
});

test('the limit is for the whole of a read, however steadily bytes come', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  a.settimeout(0.05);
  const over = new AbortController();
  const reading = file.read(10_000_000).catch((error: unknown) => error);
  void reading.then(() => over.abort());
  while (!over.signal.aborted) {
    await b.sendall('x');
    await turn();
  }
  expect(await reading).toMatchObject({ name: 'TimeoutError' });
  // on a busy machine the limit may be over before the first byte
  b.sendallSync('xxx');
  expect(String(await file.read(3))).toBe('xxx');
  await file.close();
  a.close();
  b.close();
});

test('a signal ends a read, and what had come stays', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  const reason = new Error('enough');
  const controller = new AbortController();
  const reading = file.readline(Infinity, { signal: controller.signal });
  b.sendallSync('half ');
  await turn();
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  b.sendallSync('line\n');
  expect(String(await file.readline())).toBe('half line\n');
  await file.close();
  a.close();
  b.close();
});

test('closing socket and file ends a read that waits', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  const reading = file.read(1);
  const ended = expect(reading).rejects.toMatchObject({ code: 'EBADF' });
  a.close();
  await file.close();
  await ended;
  b.close();
});

test('using and await using close a file', async () => {
  const [a, b] = socketpair();
  {
    using writer = a.makefile('w');
    await using other = a.makefile('w');
    await writer.write('1');
    await other.write('2');
  }
  expect(String(await b.recv(1))).toBe('2');
  expect(String(await b.recv(1))).toBe('1');
  a.close();
  b.close();
});

test.each(streams)('%s: any split of any bytes is read whole, by lines or by counts', async (_, open) => {
  const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(Buffer.from('\n'))), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), async (parts, counts) => {
      const [a, b] = open();
      const whole = Buffer.concat(parts);
      const file = a.makefile();
      const sending = (async () => {
        for (const part of parts) {
          await b.sendall(part);
          await turn();
        }
        b.close();
      })();
      const read: Buffer[] = [];
      for (const count of counts) {
        read.push(await file.read(count));
        read.push(await file.readline(count));
      }
      const before = Buffer.concat(read).length;
      const lines: Buffer[] = [];
      for await (const line of file) lines.push(line);
      await sending;
      expect(Buffer.concat([...read, ...lines]).equals(whole)).toBe(true);
      // each line but the last ends where the first line feed is
      const expected =
        whole
          .subarray(before)
          .toString('latin1')
          .match(/[^\n]*\n|[^\n]+/g) ?? [];
      expect(lines.map((line) => line.toString('latin1'))).toEqual([...expected]);
      await file.close();
      a.close();
    }),
    { numRuns: 30 },
  );
});

describe('a file without a buffer', () => {
  test('gives what is there, null for nothing yet, and takes nothing from the others', async () => {
    const [a, b] = socketpair();
    const raw = a.makefile('rw', { buffering: 0 });
    const target = Buffer.alloc(2);
    a.settimeout(0);
    expect([await raw.read(1), raw.readSync(1), await raw.readinto(target), raw.readintoSync(target)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    b.sendallSync('one\ntwo\n12345');
    expect(String(await raw.readline())).toBe('one\n');
    expect(String(raw.readlineSync(2))).toBe('tw');
    expect(String(await a.recv(2))).toBe('o\n');
    expect([await raw.readinto(target), String(target)]).toEqual([2, '12']);
    b.close();
    expect(String(await raw.readall())).toBe('345');
    expect([String(await raw.read(1)), String(raw.readallSync()), raw.readintoSync(target)]).toEqual(['', '', 0]);
    expect([raw.mode, raw.name, raw.fileno(), raw.isatty()]).toEqual(['rwb', a.fileno(), a.fileno(), false]);
    await raw.close();
    a.close();
  });

  test('writes as much as goes', async () => {
    const [a, b] = socketpair();
    const raw = a.makefile('w', { buffering: 0 });
    a.settimeout(0);
    const sent = await raw.write(Buffer.alloc(10_000_000));
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(10_000_000);
    await expect(raw.write('x')).rejects.toMatchObject({ name: 'BlockingIOError' });
    expect(() => raw.writeSync('x')).toThrow('Resource temporarily unavailable');
    raw.closeSync();
    a.close();
    b.close();
  });
});

test('what a file read ahead is read next by whatever comes: the socket, or another file', async () => {
  const [a, b] = socketpair();
  const file = a.makefile();
  b.sendallSync('line\nbytes\nmore');
  expect(String(await file.peek())).toBe('line\nbytes\nmore');
  expect(String(await file.readline())).toBe('line\n');
  await file.close();
  expect(String(await a.recv(3))).toBe('byt');
  const other = a.makefile();
  const target = Buffer.alloc(3);
  expect([await other.readinto(target), String(target)]).toEqual([3, 'es\n']);
  expect([other.readinto1Sync(target), String(target)]).toEqual([3, 'mor']);
  expect(String(other.peekSync())).toBe('e');
  b.close();
  expect((await other.readlines()).map(String)).toEqual(['e']);
  expect(String(other.peekSync())).toBe('');
  other.closeSync();
  a.close();
});
