import { expect, test } from 'vitest';
import { EOFError, OSError, RuntimeError, TimeoutError, ValueError } from '@p8/errors';
import { socketpair } from '@p8/socket';
import { BufferTooShort, ProcessError } from '../process-errors.ts';
import { Connection } from './connection.ts';
import { Pipe } from './pipe.ts';
import { checkLeftovers } from '../../test/leftovers.ts';

checkLeftovers();

class Point {
  #x = 1;
  get x(): number {
    return this.#x;
  }
}

test('objects arrive whole, in both directions, by both forms', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  const shared = { list: [1, 2.5, 'three', null, undefined, true, 10n], bytes: Buffer.from('abc') };
  const object = { shared, again: shared, map: new Map([['k', new Set([1])]]), date: new Date(0) };
  await a.send(object);
  const got = (await b.recv()) as typeof object;
  expect(got).toEqual(object);
  expect(got.again).toBe(got.shared);
  b.sendSync([1, [2]]);
  expect(a.recvSync()).toEqual([1, [2]]);
});

test('an error arrives as its class, with its fields and its cause', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  await a.send(new OSError(2, { path: 'a.txt', cause: new ValueError('why') }));
  const error = (await b.recv()) as OSError;
  expect(error).toBeInstanceOf(OSError);
  expect(error).toMatchObject({ code: 'ENOENT', path: 'a.txt' });
  expect(error.cause).toBeInstanceOf(ValueError);
});

test('what cannot be sent is refused, and the connection goes on', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  await expect(a.send(() => 1)).rejects.toThrow('is not an exported function');
  await expect(a.send(new Point())).rejects.toThrow('Point');
  expect(() => a.sendSync({ memory: new SharedArrayBuffer(8) })).toThrow('belongs to this process');
  await a.send('still here');
  expect(await b.recv()).toBe('still here');
});

test('messages of any size arrive, many of them at once', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  const sizes = [0, 1, 16_384, 16_385, 65_535, 65_536, 65_537, 3_000_000];
  const sending = Promise.all(sizes.map((size) => a.sendBytes(Buffer.alloc(size, size % 251))));
  for (const size of sizes) {
    const message = await b.recvBytes();
    expect(message.length).toBe(size);
    expect(message.every((byte) => byte === size % 251)).toBe(true);
  }
  await sending;
});

test('calls that wait are served in their order', async () => {
  const [a, b] = Pipe<number>();
  using _a = a;
  using _b = b;
  const receiving = [a.recv(), a.recv(), a.recv()];
  for (const n of [1, 2, 3]) await b.send(n);
  expect(await Promise.all(receiving)).toEqual([1, 2, 3]);
});

test('a limit ends a wait, and what had come is not lost', async () => {
  const [left, right] = socketpair();
  using peer = left;
  using connection = new Connection(right);
  await peer.sendall(Buffer.from('000000036162', 'hex'));
  await expect(connection.recvBytes(undefined, { timeout: 0.01 })).rejects.toThrow(TimeoutError);
  expect(() => connection.recvBytesSync(undefined, { timeout: 0.01 })).toThrow(TimeoutError);
  await peer.sendall('c');
  expect(String(await connection.recvBytes())).toBe('abc');
});

test('an aborted wait leaves the connection as it was', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  const ending = new AbortController();
  const waiting = a.recv({ signal: ending.signal });
  ending.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await b.send(1);
  expect(await a.recv()).toBe(1);
});

test('a send that breaks off in the middle closes the connection, as nobody could tell what follows', async () => {
  const [a, b] = Pipe();
  using _b = b;
  await expect(a.sendBytes(Buffer.alloc(8_000_000), 0, undefined, { timeout: 0.05 })).rejects.toThrow(TimeoutError);
  expect(a.closed).toBe(true);
  await expect(b.recvBytes()).rejects.toThrow('got end of file during message');
});

test('poll tells whether there is something, and takes nothing', async () => {
  const [a, b] = Pipe();
  using _a = a;
  expect(await a.poll()).toBe(false);
  expect(a.pollSync(0.01)).toBe(false);
  await b.sendBytes('');
  expect([await a.poll(), a.pollSync(), await a.poll(null)]).toEqual([true, true, true]);
  expect((await a.recvBytes()).length).toBe(0);
  b.close();
  expect([await a.poll(), a.pollSync()]).toEqual([true, true]);
});

test('one direction only: the other is refused', async () => {
  const [reader, writer] = Pipe(false);
  using _reader = reader;
  expect([reader.readable, reader.writable, writer.readable, writer.writable]).toEqual([true, false, false, true]);
  await expect(reader.send(1)).rejects.toThrow(new OSError('connection is read-only'));
  await expect(writer.recv()).rejects.toThrow(new OSError('connection is write-only'));
  writer.close();
  await expect(reader.recv()).rejects.toThrow(EOFError);
  expect(await reader.poll()).toBe(true);
});

test('a closed connection refuses everything', async () => {
  const [a, b] = Pipe();
  using _b = b;
  a.close();
  a.close();
  expect(a.closed).toBe(true);
  expect(() => a.fileno()).toThrow('handle is closed');
  await expect(a.recv()).rejects.toThrow('handle is closed');
  expect(() => a.sendSync(1)).toThrow('handle is closed');
  await expect(b.send(1)).rejects.toThrow('Broken pipe');
});

test('closing ends a call that waits', async () => {
  const [a, b] = Pipe();
  using _b = b;
  const waiting = a.recv();
  a.close();
  await expect(waiting).rejects.toThrow(OSError);
});

test('a blocking call does not overtake one that waits', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  const waiting = a.recv();
  expect(() => a.recvSync()).toThrow(RuntimeError);
  await b.send(1);
  await waiting;
});

test('a message above maxlength is refused; sending still works', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  await b.sendBytes('0123456789');
  await expect(a.recvBytes(5)).rejects.toThrow(new OSError('bad message length'));
  await expect(a.recvBytes()).rejects.toThrow(new OSError('connection is write-only'));
  await a.sendBytes('x');
  expect(String(await b.recvBytes())).toBe('x');
});

test('a message that does not fit is in the error', async () => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  await b.sendBytes('0123456789');
  const error = await a.recvBytesInto(new Uint8Array(4)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BufferTooShort);
  expect(error).toBeInstanceOf(ProcessError);
  expect(String((error as BufferTooShort).received)).toBe('0123456789');
  const memory = new Uint8Array(6);
  await b.sendBytes('0123456789', 2, 3);
  expect(a.recvBytesIntoSync(memory, 1)).toBe(3);
  expect(Buffer.from(memory).toString('latin1')).toBe('\u{0}234\0\0');
});

test.each([
  ['offset', -1, undefined, 'offset is negative'],
  ['offset', 4, undefined, 'buffer length < offset'],
  ['size', 1, -1, 'size is negative'],
  ['size', 1, 3, 'buffer length < offset + size'],
])('a wrong %s of sendBytes is refused: %s, %s', async (_, offset, size, message) => {
  const [a, b] = Pipe();
  using _a = a;
  using _b = b;
  await expect(a.sendBytes('abc', offset, size)).rejects.toThrow(new ValueError(message));
});

test('objects are iterated until the other side closes', async () => {
  const [a, b] = Pipe<number>();
  using _a = a;
  for (const n of [1, 2, 3]) b.sendSync(n);
  b.close();
  const got: number[] = [];
  for await (const n of a) got.push(n);
  expect(got).toEqual([1, 2, 3]);
});

test('a message that is cut anywhere is an error, never half a message', async () => {
  const whole = Buffer.from('0000000568656c6c6f', 'hex');
  for (let length = 1; length < whole.length; length++) {
    const [left, right] = socketpair();
    using connection = new Connection(right);
    left.sendallSync(whole.subarray(0, length));
    left.close();
    await expect(connection.recvBytes()).rejects.toThrow(new OSError('got end of file during message'));
  }
});
