/** Records of a stream: exact counts and delimiters, over packets of any size; nothing is taken too much, nothing is lost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streams, tcpPair } from '../test/connected.ts';
import { forms } from '../test/forms.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import {
  IncompleteReadError,
  LimitOverrunError,
  MSG_PEEK,
  MSG_WAITALL,
  Socket,
  SOCK_DGRAM,
  socketpair,
  SO_LINGER,
  SOL_SOCKET,
} from './index.ts';

checkLeftovers();

const turn = (): Promise<void> => new Promise(setImmediate);

/** Closes with a reset rather than an end. */
function reset(sock: Socket): void {
  sock.setsockopt(SOL_SOCKET, SO_LINGER, Int32Array.of(1, 0));
  sock.close();
}

describe.each(forms)('%s', (name, call) => {
  test.each(streams)('recvExactly takes so many bytes and not one more: %s', async (_, open) => {
    const [a, b] = open();
    b.sendallSync('0123456789');
    expect(String(await call.recvExactly(a, 4))).toBe('0123');
    expect(String(await call.recvExactly(a, 0))).toBe('');
    // the rest is still the kernel's: the descriptor can be given away
    using again = new Socket(a.family, a.type, a.proto, { fileno: a.detach() });
    expect(String(await call.recv(again, 100))).toBe('456789');
    b.close();
  });

  test.each(streams)('recvUntil takes the delimiter and nothing behind it: %s', async (_, open) => {
    const [a, b] = open();
    b.sendallSync('one\r\n\r\ntwo\r\nrest');
    expect(String(await call.recvUntil(a, '\r\n'))).toBe('one\r\n');
    expect(String(await call.recvUntil(a, '\r\n'))).toBe('\r\n');
    expect(String(await call.recvUntil(a, Buffer.from('\r\n')))).toBe('two\r\n');
    using again = new Socket(a.family, a.type, a.proto, { fileno: a.detach() });
    expect(String(await call.recv(again, 100))).toBe('rest');
    b.close();
  });

  test('the end is empty, an end in the middle is an error with what had come', async () => {
    const [a, b] = socketpair();
    b.sendallSync('line\nhalf');
    b.close();
    expect(String(await call.recvUntil(a, '\n'))).toBe('line\n');
    const error = await call.recvUntil(a, '\n').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect(error).toMatchObject({ name: 'IncompleteReadError', partial: Buffer.from('half'), expected: null });
    expect(await call.recvUntil(a, '\n')).toHaveLength(0);
    const nothing = { name: 'IncompleteReadError', message: 'the stream ended after 0 bytes of 4', expected: 4 };
    await expect(call.recvExactly(a, 4)).rejects.toMatchObject(nothing);
    a.close();
  });

  test('what is not there yet is told from the end', async () => {
    const [a, b] = socketpair();
    a.settimeout(0);
    await expect(call.recvUntil(a, '\n')).rejects.toMatchObject({ name: 'BlockingIOError' });
    await expect(call.recvExactly(a, 1)).rejects.toMatchObject({ name: 'BlockingIOError' });
    a.close();
    b.close();
  });

  test('a limit that is passed is an error, and every byte is still there', async () => {
    const [a, b] = socketpair();
    b.sendallSync('0123456789\n');
    await expect(call.recvUntil(a, '\n', { limit: 10 })).rejects.toBeInstanceOf(LimitOverrunError);
    await expect(call.recvUntil(a, '\n', { limit: 5 })).rejects.toThrow('no delimiter within the limit of 5 bytes');
    expect(String(await call.recvUntil(a, '\n', { limit: 11 }))).toBe('0123456789\n');
    a.close();
    b.close();
  });

  test('a time-out loses nothing: every kind of receive gets what had come first', async () => {
    const [a, b] = socketpair();
    const target = Buffer.alloc(2);
    a.settimeout(0.01);
    b.sendallSync('0123456789');
    await expect(call.recvExactly(a, 20)).rejects.toMatchObject({ name: 'TimeoutError' });
    b.sendallSync('abcdef\n');
    expect(() => a.detach()).toThrow('detach() would lose 10 bytes that were received');
    expect(String(await call.recv(a, 2, MSG_PEEK))).toBe('01');
    expect(String(await call.recv(a, 2))).toBe('01');
    expect([await call.recvInto(a, target), String(target)]).toEqual([2, '23']);
    expect((await call.recvfrom(a, 2)).map(String)).toEqual(['45', '']);
    expect([(await call.recvfromInto(a, target))[0], String(target)]).toEqual([2, '67']);
    await expect(call.recvUntil(a, 'x')).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(String(await call.recvExactly(a, 3))).toBe('89a');
    expect(String(await call.recvUntil(a, '\n'))).toBe('bcdef\n');
    a.close();
    b.close();
  });

  test('a look with MSG_WAITALL sees each byte once, and waits for no more than there is', async () => {
    const [a, b] = socketpair();
    b.sendallSync('abc');
    expect(String(await call.recv(a, 10, MSG_PEEK | MSG_WAITALL))).toBe('abc');
    expect(String(await call.recv(a, 10))).toBe('abc');
    a.close();
    b.close();
  });

  test('data before a reset comes first, then the error once, then the end', async () => {
    const [a, b] = tcpPair();
    b.sendallSync('all that came');
    // the data is there before the reset
    expect(String(await call.recv(a, 1, MSG_PEEK))).toBe('a');
    reset(b);
    await expect(call.recvExactly(a, 100)).rejects.toMatchObject({ name: 'ConnectionResetError' });
    expect(String(await call.recv(a, 3))).toBe('all');
    await expect(call.recvUntil(a, '\n')).rejects.toMatchObject({ name: 'IncompleteReadError' });
    expect(await call.recv(a, 3)).toHaveLength(0);
    a.close();
  });

  test('a file and an iteration give the data before a reset first, then the error once, then the end', async () => {
    for (const chunked of [true, false]) {
      const [a, b] = tcpPair();
      const file = a.makefile();
      b.sendallSync('one\ntwo');
      expect(String(await call.recv(a, 1, MSG_PEEK))).toBe('o');
      reset(b);
      const seen: string[] = [];
      const source = chunked ? a : file;
      const iterating = async (): Promise<void> => {
        if (name === 'promise') for await (const part of source) seen.push(String(part));
        else for (const part of source) seen.push(String(part));
      };
      await expect(iterating()).rejects.toMatchObject({ name: 'ConnectionResetError' });
      await iterating();
      expect(seen).toEqual(chunked ? ['one\ntwo'] : ['one\n', 'two']);
      await file.close();
      a.close();
    }
  });

  test('wrong arguments are named', async () => {
    const [a, b] = socketpair();
    using datagrams = new Socket(undefined, SOCK_DGRAM);
    await expect(call.recvExactly(a, -1)).rejects.toThrow('recvExactly(): size must not be negative');
    await expect(call.recvUntil(a, '')).rejects.toThrow('recvUntil(): delimiter must not be empty');
    await expect(call.recvUntil(a, '\n', { limit: Number.NaN })).rejects.toThrow(
      'recvUntil(): limit must be an integer',
    );
    await expect(call.recvUntil(a, '--', { limit: 1 })).rejects.toThrow('limit must have room for the delimiter');
    await expect(call.recvExactly(datagrams, 1)).rejects.toThrow('recvExactly() needs a stream socket');
    a.close();
    b.close();
    await expect(call.recvExactly(a, 1)).rejects.toMatchObject({ code: 'EBADF' });
  });

  test('any split of any bytes arrives whole, whatever calls receive it', async () => {
    const reads = fc.array(fc.constantFrom('recv', 'recvInto', 'exactly', 'until', 'line', 'read', 'raw'), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), reads, async (parts, kinds) => {
        const whole = Buffer.concat(parts);
        const [a, b] = socketpair();
        const files = [a.makefile(), a.makefile('r', { buffering: 0 })] as const;
        for (const part of parts) b.sendallSync(part);
        b.close();
        const got: Buffer[] = [];
        for (let i = 0, length = 0; length < whole.length; i++) {
          const data = await receive(a, files, kinds[i % kinds.length] as string);
          got.push(data);
          length += data.length;
        }
        expect(Buffer.concat(got)).toEqual(whole);
        for (const file of files) file.closeSync();
        a.close();
      }),
      { numRuns: 60 },
    );

    async function receive(
      sock: Socket,
      [file, raw]: readonly [SocketFileLike, SocketFileLike],
      kind: string,
    ): Promise<Buffer> {
      const target = Buffer.alloc(3);
      if (kind === 'recv') return call.recv(sock, 5);
      if (kind === 'recvInto') return target.subarray(0, await call.recvInto(sock, target));
      if (kind === 'exactly') return call.recvExactly(sock, 4).catch(partialOf);
      if (kind === 'until') return call.recvUntil(sock, Uint8Array.of(0)).catch(partialOf);
      const from = kind === 'raw' ? raw : file;
      if (kind === 'line') return name === 'promise' ? from.readline() : from.readlineSync();
      return (name === 'promise' ? await from.read(7) : from.readSync(7)) ?? Buffer.alloc(0);
    }
  });
});

interface SocketFileLike {
  read(size: number): Promise<Buffer | null>;
  readSync(size: number): Buffer | null;
  readline(): Promise<Buffer>;
  readlineSync(): Buffer;
}

function partialOf(error: unknown): Buffer {
  if (error instanceof IncompleteReadError) return error.partial;
  throw error;
}

test('records put together from packets, calls in their order, and what is called off leaves its bytes to the next', async () => {
  const [a, b] = tcpPair();
  const controller = new AbortController();
  const first = a.recvExactly(100, { signal: controller.signal });
  const second = a.recvUntil('--');
  const third = a.recv(100);
  for (const part of ['ab', 'c-', '-', 'd']) {
    await b.sendall(part);
    await turn();
  }
  controller.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect([String(await second), String(await third)]).toEqual(['abc--', 'd']);
  a.close();
  b.close();
});

test('a large record is received into memory of its size', async () => {
  const [a, b] = socketpair();
  const data = Buffer.alloc(3_000_000, 'abcdefg');
  const sending = b.sendall(data);
  const record = await a.recvExactly(data.length - 1);
  expect(record.equals(data.subarray(1)) || record.equals(data.subarray(0, -1))).toBe(true);
  expect(String(await a.recvExactly(1))).toBe(String(data.subarray(-1)));
  await sending;
  a.close();
  b.close();
});

test('a delimiter across packets and across a look ahead is found', async () => {
  const [a, b] = socketpair();
  const line = Buffer.concat([Buffer.alloc(16 * 1024 - 1, 'x'), Buffer.from('\r\nnext')]);
  await b.sendall(line);
  expect((await a.recvUntil('\r\n')).length).toBe(16 * 1024 + 1);
  expect(String(await a.recv(10))).toBe('next');
  a.close();
  b.close();
});

test('a stream is iterated by lines and by chunks; an iteration that is left loses nothing', async () => {
  const [a, b] = socketpair();
  b.sendallSync('1\n2\n3\n4\n5\nabcdef');
  const seen: string[] = [];
  for await (const line of a.lines()) {
    seen.push(String(line));
    if (seen.length === 2) break;
  }
  for (const line of a.linesSync()) {
    seen.push(String(line));
    if (seen.length === 4) break;
  }
  for await (const chunk of a.chunks(3)) {
    seen.push(String(chunk));
    break;
  }
  for (const chunk of a.chunksSync(2)) {
    seen.push(String(chunk));
    break;
  }
  b.close();
  for await (const line of a.lines()) seen.push(String(line));
  for await (const chunk of a) seen.push(String(chunk));
  for (const chunk of a) seen.push(String(chunk));
  expect(seen).toEqual(['1\n', '2\n', '3\n', '4\n', '5\na', 'bc', 'def']);
  expect(() => a.chunksSync(0).next()).toThrow('chunks(): size must not be 0');
  a.close();
});

test('closing ends a record that is waited for', async () => {
  const [a, b] = socketpair();
  const waiting = a.recvExactly(10);
  b.sendallSync('half');
  await turn();
  a.close();
  await expect(waiting).rejects.toMatchObject({ code: 'EBADF' });
  b.close();
});
