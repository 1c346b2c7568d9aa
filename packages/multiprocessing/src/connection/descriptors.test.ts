/** Descriptors in messages between processes: moved when the message is sent, kept when it is not, and never left open. */
import { existsSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { TimeoutError } from '@p8/errors';
import { dump, loadSync } from '@p8/pickle';
import { AF_INET, AF_UNIX, closeFd, createServer, sendFdsSync, SOCK_DGRAM, Socket, socketpair } from '@p8/socket';
import * as tasks from '../../test/descriptor-tasks.ts';
import { checkLeftovers } from '../../test/leftovers.ts';
import { getAllStartMethods } from '../process/start-method.ts';
import { getContext } from '../process/context.ts';
import { Process } from '../process/process.ts';
import { Client } from './client.ts';
import { Connection } from './connection.ts';
import { recvHandle, sendHandle } from './handles.ts';
import { Listener, receiveListener } from './listener.ts';
import { pickleCodec } from './pickle-codec.ts';
import { Pipe } from './pipe.ts';

// the first start leaves a spare, which is no leak
beforeAll(async () => {
  const [mine, theirs] = Pipe();
  const child = new Process({ target: tasks.answersAll, args: [{ sockets: [], reply: new Map([['to', theirs]]) }] });
  child.start();
  await child.join();
  closeAll(child, mine);
});
checkLeftovers();

function closeAll(...closable: { close(): void }[]): void {
  for (const each of closable) each.close();
}

function inodeOf(fd: number): number {
  return fstatSync(fd).ino;
}

/** A value as another thread of this process gets it. */
function inThread<T>(value: T): T {
  const { port1, port2 } = new MessageChannel();
  const parcel = dump(value);
  port1.postMessage(parcel.data, parcel.transfer);
  parcel.sent();
  const message = receiveMessageOnPort(port2);
  port1.close();
  return loadSync(message?.message) as T;
}

test('sockets in an object move, nested and shared ones too, and are closed here', async () => {
  const [a, b] = Pipe<{ first: Socket; again: [Socket, Map<string, Socket>]; text: string }>();
  const [near, far] = socketpair();
  const datagrams = new Socket(AF_INET, SOCK_DGRAM);
  datagrams.bind(['127.0.0.1', 0]);
  const address = datagrams.getsockname();
  near.settimeout(7);
  await far.sendall('unread line\nand');
  await near.recvUntil('\n');
  await a.send({ first: near, again: [near, new Map([['d', datagrams]])], text: 'x' });
  expect([near.closed, datagrams.closed]).toEqual([true, true]);
  const { first, again, text } = await b.recv();
  expect([again[0] === first, text, first.timeout, first.family]).toEqual([true, 'x', 7, AF_UNIX]);
  expect(String(await first.recv(10))).toBe('and');
  expect(again[1].get('d')?.getsockname()).toEqual(address);
  await first.sendall('over');
  expect(String(await far.recv(10))).toBe('over');
  closeAll(a, b, first, far, again[1].get('d')!);
});

test('a listening socket moves, by blocking calls', async () => {
  const [a, b] = Pipe<Socket>();
  const server = createServer(['127.0.0.1', 0]);
  const address = server.getsockname();
  a.sendSync(server);
  const received = b.recvSync();
  const client = new Socket();
  client.connectSync(address);
  const [accepted] = received.acceptSync();
  closeAll(a, b, received, client, accepted);
});

test('a connection moves, with its direction, its codec, and what it had received and nobody had taken', async () => {
  const [a, b] = Pipe<Connection>();
  const [reader, writer] = Pipe(false);
  const [near, far] = socketpair();
  const peer = far.dup();
  // one reception brings all three
  await writer.send('first');
  await writer.send(near);
  await writer.send('x'.repeat(100_000));
  expect(await reader.recv()).toBe('first');
  await a.send(reader);
  expect(reader.closed).toBe(true);
  await expect(reader.recv()).rejects.toThrow('handle is closed');
  const moved = await b.recv();
  expect([moved.readable, moved.writable]).toEqual([true, false]);
  const sock = (await moved.recv()) as Socket;
  await sock.sendall('y');
  expect(String(await peer.recv(1))).toBe('y');
  expect(((await moved.recv()) as string).length).toBe(100_000);
  const [c, d] = Pipe(true, { codec: pickleCodec });
  await a.send(c);
  const python = await b.recv();
  await python.send([1, 'two']);
  expect(await d.recv()).toEqual([1, 'two']);
  closeAll(a, b, writer, moved, sock, far, peer, python, d);
});

test('a connection that sends something now is not given away', async () => {
  const [a, b] = Pipe<Connection>();
  const [c, d] = Pipe();
  const sending = c.sendBytes(Buffer.alloc(1_000_000));
  expect(() => a.sendSync(c)).toThrow('this connection is sending a message: await that before you give it away');
  expect((await d.recvBytes()).length).toBe(1_000_000);
  await sending;
  closeAll(a, b, c, d);
});

test('a listener moves with its path and the peers that have proved the key', async () => {
  const [a, b] = Pipe<Listener>();
  const authkey = Buffer.from('secret');
  const listener = new Listener({ authkey });
  const path = listener.address as string;
  const ending = new AbortController();
  const waiting = listener.accept({ signal: ending.signal });
  const client = Client(path, { authkey });
  const accepted = await waiting;
  const other = Client(path, { authkey });
  await a.send(listener);
  listener.close();
  expect([listener.closed, existsSync(path)]).toEqual([true, true]);
  const moved = await b.recv();
  expect(moved.address).toBe(path);
  const second = await moved.accept();
  await second.send('second');
  expect(await (await other).recv()).toBe('second');
  moved.close();
  expect(existsSync(path)).toBe(false);
  closeAll(a, b, accepted, second, await client, await other);
});

test('peers that have proved the key, and that nobody has accepted, go along with a listener', async () => {
  const ends = [Pipe<string>(), Pipe<string>()];
  const socket = createServer(['127.0.0.1', 0]);
  const ready = ends.map(([, there], i) => [there, `peer ${i}`] as const);
  const listener = receiveListener({}, { socket, path: undefined, folder: undefined, lastAccepted: null, ready });
  const moved = inThread(listener);
  const accepted = [moved.acceptSync(), await moved.accept()];
  expect(moved.lastAccepted).toBe('peer 1');
  for (const [i, [here]] of ends.entries()) {
    here.sendSync(`to ${i}`);
    expect(accepted[i]?.recvSync()).toBe(`to ${i}`);
    here.close();
  }
  closeAll(moved, ...accepted);
});

test('connections and listeners move between threads too', async () => {
  const [a, b] = Pipe();
  const listener = new Listener();
  const [connection, moved] = inThread([a, listener] as const);
  expect([a.closed, listener.closed]).toEqual([true, true]);
  await b.send(1);
  expect(await connection.recv()).toBe(1);
  expect(existsSync(moved.address as string)).toBe(true);
  closeAll(b, connection, moved);
});

test('any descriptor may be passed by a `[reduce]`, to threads and to processes, and stays open here', async () => {
  const [a, b] = Pipe<tasks.OpenFile>();
  const file = new tasks.OpenFile(openSync('/dev/null', 'r'));
  const there = inThread(file);
  await a.send(file);
  const received = await b.recv();
  expect([there.inode, received.inode]).toEqual([file.inode, file.inode]);
  expect(new Set([there.fd, received.fd, file.fd]).size).toBe(3);
  for (const each of [there, received, file]) each[Symbol.dispose]();
  closeAll(a, b);
});

test.each(getAllStartMethods())('%s: sockets and connections are arguments of a process', async (method) => {
  const [near, far] = socketpair();
  const [mine, theirs] = Pipe<number>();
  const child = new (getContext(method).Process)({
    target: tasks.answersAll,
    args: [{ sockets: [near], reply: new Map([['to', theirs as Connection]]) }],
  });
  child.start();
  expect([near.closed, theirs.closed]).toEqual([true, true]);
  await far.sendall('hello\n');
  expect(String(await far.recvUntil('\n'))).toBe('HELLO\n');
  expect(await mine.recv()).toBe(1);
  await child.join();
  // nobody else has the other end
  expect((await far.recv(1)).length).toBe(0);
  closeAll(far, mine, child);
});

test('a connection is a field of a subclass, a listener an argument, and sockets are items of a pipe', async () => {
  const [mine, theirs] = Pipe();
  const answering = new tasks.Answering(theirs);
  answering.start();
  expect(await mine.recv()).toEqual(['from', answering.pid]);
  const listener = new Listener();
  const address = listener.address;
  const [report, reported] = Pipe();
  const accepting = new Process({ target: tasks.acceptsOne, args: [listener, reported] });
  accepting.start();
  expect(await report.recv()).toBe('accepting');
  const client = await Client(address);
  expect(await client.recv()).toBe(accepting.pid);
  const [feed, fed] = Pipe<Socket | null>();
  const blocking = new Process({ target: tasks.answersSync, args: [fed] });
  blocking.start();
  const ends: Socket[] = [];
  for (let i = 0; i < 20; i++) {
    const [near, far] = socketpair();
    ends.push(far);
    await feed.send(near);
  }
  await feed.send(null);
  for (const end of ends) expect(String(await end.recvUntil('\n'))).toBe(`${blocking.pid}\n`);
  for (const child of [answering, accepting, blocking]) await child.join();
  expect(existsSync(address as string)).toBe(false);
  closeAll(mine, report, client, feed, ...ends, answering, accepting, blocking);
});

test('a process that cannot be started leaves its arguments whole', async () => {
  const [near, far] = socketpair();
  const sockets = [near, () => 1] as unknown as Socket[];
  const child = new Process({ target: tasks.answersAll, args: [{ sockets, reply: new Map() }] });
  expect(() => child.start()).toThrow('is not an exported function');
  await far.sendall('x');
  expect(String(await near.recv(1))).toBe('x');
  closeAll(near, far, child);
});

test.each<[string, unknown, string]>([
  ['dump refuses', () => 1, 'is not an exported function'],
  ['the clone refuses', new SharedArrayBuffer(1), 'belongs to this process'],
])('where %s something else of the object, the socket stays whole', async (_, other, message) => {
  const [a, b] = Pipe();
  const [near, far] = socketpair();
  const waiting = near.recv(1);
  await expect(a.send([near, other])).rejects.toThrow(message);
  expect(() => a.sendSync({ near, other })).toThrow(message);
  await far.sendall('x');
  expect(String(await waiting)).toBe('x');
  await a.send('still here');
  expect(await b.recv()).toBe('still here');
  closeAll(a, b, near, far);
});

test('where sending breaks off, the socket stays whole, and what has come of it is closed', async () => {
  const [a, b] = Pipe();
  const [near, far] = socketpair();
  await expect(a.send([near, Buffer.alloc(8_000_000)], { timeout: 0.05 })).rejects.toThrow(TimeoutError);
  expect([a.closed, near.closed]).toEqual([true, false]);
  await expect(b.recv()).rejects.toThrow('got end of file during message');
  await far.sendall('x');
  expect(String(await near.recv(1))).toBe('x');
  near.close();
  b.close();
  expect((await far.recv(1)).length).toBe(0);
  far.close();
});

test('where nobody receives any more, the socket stays whole', async () => {
  const [a, b] = Pipe();
  const [near, far] = socketpair();
  b.close();
  await expect(a.send(near)).rejects.toThrow('Broken pipe');
  expect(near.closed).toBe(false);
  closeAll(a, near, far);
});

test('a connection over TCP says what does carry descriptors', async () => {
  const listener = new Listener({ family: 'AF_INET' });
  const [client, accepted] = await Promise.all([Client(listener.address), listener.accept()]);
  const [near, far] = socketpair();
  const sentence = 'which only a unix socket carries: use Pipe(), or a Listener with family AF_UNIX';
  await expect(client.send({ near })).rejects.toThrow(sentence);
  expect(() => client.sendSync({ near })).toThrow(sentence);
  expect(near.closed).toBe(false);
  await client.send(1);
  expect(await accepted.recv()).toBe(1);
  closeAll(listener, client, accepted, near, far);
});

test('253 descriptors go in one message, and more are refused', async () => {
  const [a, b] = Pipe<tasks.OpenFile[]>();
  const file = openSync('/dev/null', 'r');
  const files = (count: number): tasks.OpenFile[] => Array.from({ length: count }, () => new tasks.OpenFile(file));
  await a.send(files(253));
  const received = await b.recv();
  expect(received.map(({ inode }) => inode)).toEqual(Array.from({ length: 253 }, () => inodeOf(file)));
  for (const each of received) each[Symbol.dispose]();
  await expect(a.send(files(254))).rejects.toThrow(
    'obj: it has 254 descriptors, and a message carries at most 253: send it in parts',
  );
  closeFd(file);
  closeAll(a, b);
});

test('what cannot be made there closes what came for it and for the rest', async () => {
  const [a, b] = Pipe();
  const file = new tasks.OpenFile(openSync('/dev/null', 'r'));
  const [near, far] = socketpair();
  await a.send([file, near, new tasks.Doomed(file.fd), file]);
  await expect(b.recv()).rejects.toThrow(new RangeError('it fell apart'));
  expect((await far.recv(1)).length).toBe(0);
  a.sendSync(new tasks.Doomed(file.fd));
  expect(() => b.recvSync()).toThrow('it fell apart');
  await a.send(file);
  expect((await b.recvBytes()).length).toBeGreaterThan(0);
  await a.send('next');
  expect(await b.recv()).toBe('next');
  file[Symbol.dispose]();
  closeAll(a, b, far);
});

test('descriptors that nobody takes are closed with the connection', async () => {
  const [a, b] = Pipe();
  const [near, far] = socketpair();
  await a.send('first');
  await a.send(near);
  expect(await b.recv()).toBe('first');
  closeAll(a, b);
  expect((await far.recv(1)).length).toBe(0);
  far.close();
});

test('a receiver without free descriptors is told so, and goes on', async () => {
  const [mine, theirs] = Pipe();
  const child = new Process({ target: tasks.hasFewDescriptors, args: [theirs] });
  child.start();
  expect(await mine.recv()).toBe('ready');
  const file = new tasks.OpenFile(openSync('/dev/null', 'r'));
  await mine.send([file, new tasks.OpenFile(file.fd), new tasks.OpenFile(file.fd)]);
  await mine.send('plain');
  expect(await mine.recv()).toEqual(['EMFILE', 'string', 0]);
  await child.join();
  file[Symbol.dispose]();
  closeAll(mine, child);
});

test('each message has its own descriptors, whatever stands between', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'p8-descriptors-'));
  const files = Array.from({ length: 5 }, (_, i) => openSync(join(folder, String(i)), 'w'));
  const inodes = files.map(inodeOf);
  const kind = fc.oneof(
    fc.record({ kind: fc.constant('bytes' as const), size: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({
      kind: fc.constant('object' as const),
      files: fc.array(fc.nat(4), { maxLength: 6 }),
      size: fc.oneof(fc.nat(40), fc.integer({ min: 16_000, max: 200_000 })),
    }),
    fc.record({ kind: fc.constant('handle' as const), file: fc.nat(4) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 25 }), async (messages) => {
      const [a, b] = Pipe();
      const sending = (async () => {
        for (const message of messages) {
          if (message.kind === 'bytes') await a.sendBytes(Buffer.alloc(message.size));
          else if (message.kind === 'handle') await sendHandle(a, files[message.file]!);
          else await a.send([message.files.map((i) => new tasks.OpenFile(files[i]!)), 'x'.repeat(message.size)]);
        }
      })();
      for (const message of messages) {
        if (message.kind === 'bytes') expect((await b.recvBytes()).length).toBe(message.size);
        else if (message.kind === 'handle') {
          const fd = await recvHandle(b);
          expect(inodeOf(fd)).toBe(inodes[message.file]);
          closeFd(fd);
        } else {
          const [received, text] = (await b.recv()) as [tasks.OpenFile[], string];
          expect(received.map(({ inode }) => inode)).toEqual(message.files.map((i) => inodes[i]));
          expect(text.length).toBe(message.size);
          for (const each of received) each[Symbol.dispose]();
        }
      }
      await sending;
      closeAll(a, b);
    }),
    { numRuns: 40 },
  );
  for (const fd of files) closeFd(fd);
  rmSync(folder, { recursive: true });
});

test('a message with descriptors that is cut anywhere leaves none open', async () => {
  const [left, right] = socketpair();
  const sender = new Connection(left);
  const file = new tasks.OpenFile(openSync('/dev/null', 'r'));
  await sender.send({ file, text: 'some text' });
  const whole = await right.recv(1000);
  for (let length = 1; length < whole.length; length++) {
    const [peer, near] = socketpair();
    const connection = new Connection(near);
    sendFdsSync(peer, [whole.subarray(0, length)], [file.fd, file.fd]);
    peer.close();
    await expect(connection.recv()).rejects.toThrow('got end of file during message');
    connection.close();
  }
  file[Symbol.dispose]();
  closeAll(sender, right);
});

test('garbage with descriptors is a value or an error, and leaves none open', async () => {
  const file = openSync('/dev/null', 'r');
  const part = fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }), count: fc.nat(4) });
  const framedPart = part.map(({ bytes, count }) => ({
    bytes: Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]),
    count,
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(part, framedPart), { maxLength: 8 }), async (parts) => {
      const [peer, near] = socketpair();
      const connection = new Connection(near);
      for (const { bytes, count } of parts) {
        if (count > 0)
          sendFdsSync(
            peer,
            [bytes],
            Array.from({ length: count }, () => file),
          );
        else peer.sendallSync(bytes);
      }
      peer.close();
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => connection.recv()));
      expect(outcomes.at(-1)).toMatchObject({ status: 'rejected' });
      connection.close();
    }),
    { numRuns: 100 },
  );
  closeFd(file);
});
