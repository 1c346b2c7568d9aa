/** A socket in a message moves to the thread that receives it: never lost, never left open, never in two threads. */
import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { dump, load, loadSync, reduce, transfer } from '@p8/pickle';
import type { Reducible } from '@p8/pickle';
import { beforeAll, describe, expect, test } from 'vitest';
import { tcpPair } from '../test/connected.ts';
import { checkLeftovers, descriptors } from '../test/leftovers.ts';
import { send } from '../test/mail.ts';
import {
  AF_INET,
  createServer,
  IPPROTO_TCP,
  MSG_ERRQUEUE,
  SO_KEEPALIVE,
  SOCK_DGRAM,
  Socket,
  socketpair,
  SOL_SOCKET,
  TCP_NODELAY,
  TlsSocket,
} from './index.ts';

checkLeftovers();

async function start(workerData: string): Promise<Worker> {
  const worker = new Worker(new URL('../test/mail-worker.ts', import.meta.url), {
    workerData,
    execArgv: ['-C', '@p8/source'],
  });
  if (workerData !== 'give and end') await once(worker, 'message');
  return worker;
}

/** Sends a value to this thread. */
function moved<T>(value: T): T {
  const { port1, port2 } = new MessageChannel();
  send(port1, value);
  const message = receiveMessageOnPort(port2);
  port1.close();
  return loadSync(message?.message) as T;
}

async function answerOf(worker: Worker): Promise<Socket> {
  const [message] = (await once(worker, 'message')) as [unknown];
  return (await load(message)) as Socket;
}

/** What nobody can receive any more is closed when the engine frees it. */
async function afterCollection(count: number): Promise<void> {
  await expect
    .poll(() => {
      (globalThis as unknown as { gc(): void }).gc();
      return descriptors();
    })
    .toBe(count);
}

beforeAll(async () => {
  await (await start('keep')).terminate();
});

describe('a socket in another thread', () => {
  test('serves the connection, with its timeout and what was not read', async () => {
    const worker = await start('serve');
    const [a, b] = tcpPair();
    await a.sendall('header\nhel');
    const file = b.makefile('rb');
    expect(String(await file.readline())).toBe('header\n');
    await file.close();
    b.settimeout(12.5);
    send(worker, b);
    expect([b.closed, b.fileno()]).toEqual([true, -1]);
    await a.sendall('lo\n');
    expect(String(await a.recvUntil('1'))).toBe('HELLO\n1');
    expect(String(await a.recv(100))).toBe('2.5 2 1');
    expect((await a.recv(1)).length).toBe(0);
    a.close();
    await worker.terminate();
  });

  test('comes back, a listener and a datagram socket too', async () => {
    const worker = await start('send back');
    const listener = createServer(['127.0.0.1', 0]);
    const address = listener.getsockname();
    send(worker, listener);
    using back = await answerOf(worker);
    using client = new Socket();
    await client.connect(address);
    const [accepted] = await back.accept();
    accepted.close();
    const datagrams = new Socket(AF_INET, SOCK_DGRAM);
    datagrams.bind(['127.0.0.1', 0]);
    const here = datagrams.getsockname();
    send(worker, datagrams);
    using returned = await answerOf(worker);
    await returned.sendto('to myself', here);
    expect(String(await returned.recv(100))).toBe('to myself');
    await worker.terminate();
  });

  test('may be received after its giver has ended', async () => {
    const worker = await start('give and end');
    const [[message]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    using sock = (await load(message)) as Socket;
    expect(String(await sock.recvExactly(31))).toBe('made by a worker that has ended');
    expect((await sock.recv(1)).length).toBe(0);
  });
});

describe('the new socket', () => {
  test('has the options of the old one, and does not wait where that did not', () => {
    const [a, b] = tcpPair();
    a.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
    a.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    a.setblocking(false);
    using copy = moved(a);
    expect(copy.getsockopt(SOL_SOCKET, SO_KEEPALIVE)).toBe(1);
    expect(copy.getsockopt(IPPROTO_TCP, TCP_NODELAY)).toBe(1);
    expect([copy.timeout, copy.getblocking(), copy.getInheritable()]).toEqual([0, false, false]);
    expect(() => copy.recvSync(1)).toThrow(expect.objectContaining({ code: 'EAGAIN' }));
    b.close();
  });

  test('may use calls of both forms', async () => {
    const [a, b] = socketpair();
    using copy = moved(a);
    b.sendallSync('ab');
    expect(String(copy.recvSync(1))).toBe('a');
    expect(String(await copy.recv(1))).toBe('b');
    const waiting = copy.recv(1);
    await b.sendall('c');
    expect(String(await waiting)).toBe('c');
    b.close();
  });

  test('is one, however often the socket was in the message', () => {
    const [a, b] = socketpair();
    const { left, list } = moved({ left: a, list: [a, { again: a }] as const });
    expect(list[0]).toBe(left);
    expect(list[1].again).toBe(left);
    left.close();
    b.close();
  });

  test('can be had once from a message', async () => {
    const [a, b] = socketpair();
    const parcel = dump(a);
    const message = structuredClone(parcel.data);
    parcel.sent();
    using copy = loadSync(message) as Socket;
    expect(() => loadSync(message)).toThrow('each can be received once');
    await b.sendall('x');
    expect(String(await copy.recv(1))).toBe('x');
    b.close();
  });
});

describe('the socket that was given', () => {
  test('rejects what waits on it, and is closed', async () => {
    const [a, b] = tcpPair();
    const waiting = [a.recv(10), a.recvExactly(5), a.recv(1, MSG_ERRQUEUE)];
    const outcomes = Promise.allSettled(waiting);
    using copy = moved(a);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'EBADF' } });
    }
    await expect(waiting[0]).rejects.toThrow('the socket was closed during recv()');
    await expect(a.recv(1)).rejects.toMatchObject({ code: 'EBADF' });
    expect(() => a.recvSync(1)).toThrow('Bad file descriptor');
    expect(() => dump(a)).toThrow('Bad file descriptor');
    a.close();
    // nothing of what comes now is taken by a call that was rejected
    await b.sendall('for the new one');
    expect(String(await copy.recv(100))).toBe('for the new one');
    b.close();
  });

  test('is closed for its files too', async () => {
    const [a, b] = socketpair();
    const file = a.makefile('rb');
    using copy = moved(a);
    await expect(file.readline()).rejects.toMatchObject({ code: 'EBADF' });
    await file.close();
    expect(copy.closed).toBe(false);
    b.close();
  });

  test('leaves the number to another socket that has it', async () => {
    const [a, b] = socketpair();
    const sharing = new Socket(undefined, undefined, undefined, { fileno: a.fileno() });
    const number = a.fileno();
    using copy = moved(a);
    expect(copy.fileno()).not.toBe(number);
    const waiting = sharing.recv(10);
    await b.sendall('shared');
    expect(String(await waiting)).toBe('shared');
    sharing.close();
    b.close();
  });
});

describe('where sending fails', () => {
  test.each<[string, (sock: Socket) => unknown, string]>([
    ['in dump', (sock) => [sock, () => {}], 'is not an exported function'],
    ['in postMessage', (sock) => [sock, transfer(new ArrayBuffer(1), [detached()])], 'Cannot transfer'],
  ])('%s, the socket stays whole', async (_, valueOf, message) => {
    const { port1 } = new MessageChannel();
    const [a, b] = socketpair();
    const before = descriptors();
    const waiting = a.recv(10);
    expect(() => send(port1, valueOf(a))).toThrow(message);
    expect([a.closed, descriptors()]).toEqual([false, before]);
    await b.sendall('still here');
    expect(String(await waiting)).toBe('still here');
    a.close();
    b.close();
    port1.close();
  });

  test('in an error a socket does not move', () => {
    const [a, b] = socketpair();
    const before = descriptors();
    const error = moved(Object.assign(new Error('no answer'), { sock: a, port: 9 }));
    expect(Object.entries(error)).toEqual([['port', 9]]);
    expect([a.closed, descriptors()]).toEqual([false, before]);
    a.close();
    b.close();
  });

  test('closed and TLS sockets do not travel, with the reason', () => {
    const socket = new Socket();
    socket.close();
    expect(() => dump(socket)).toThrow('Bad file descriptor');
    expect(() => (TlsSocket.prototype as unknown as Reducible)[reduce]()).toThrow(
      expect.objectContaining({
        name: 'NotImplementedError',
        message: 'a TLS socket cannot go to another thread or process: send the plain socket, and wrapTls() it there',
      }),
    );
  });

  function detached(): ArrayBuffer {
    const buffer = new ArrayBuffer(1);
    structuredClone(buffer, { transfer: [buffer] });
    return buffer;
  }
});

describe('nothing stays open', () => {
  test('of a message that nobody reads: the receiver ends, the port closes, or it is dropped', async () => {
    const before = descriptors();
    const ends: Socket[] = [];
    const worker = await start('receive nothing');
    const { port1, port2 } = new MessageChannel();
    for (let i = 0; i < 5; i++) {
      for (const port of [worker, port1]) {
        const [a, b] = socketpair();
        ends.push(b);
        send(port, a);
      }
    }
    await worker.terminate();
    port2.close();
    await afterCollection(before + ends.length);
    for (const end of ends) {
      expect((await end.recv(1)).length).toBe(0);
      end.close();
    }
    // read, and not taken out
    const channel = new MessageChannel();
    const [c, d] = socketpair();
    send(channel.port1, c);
    receiveMessageOnPort(channel.port2);
    await afterCollection(before + 1);
    d.close();
    channel.port1.close();
  });

  test('of receivers that are terminated at any moment', { timeout: 120_000 }, async () => {
    const before = descriptors();
    for (let round = 0; round < 8; round++) {
      const worker = await start('keep');
      const ends: Socket[] = [];
      for (let i = 0; i < 20; i++) {
        const [a, b] = socketpair();
        ends.push(b);
        send(worker, a);
      }
      if (round % 2 === 0) await once(worker, 'message');
      for (let turns = round; turns > 0; turns--) await new Promise(setImmediate);
      await worker.terminate();
      await afterCollection(before + ends.length);
      for (const end of ends) {
        expect((await end.recv(1)).length).toBe(0);
        end.close();
      }
    }
  });
});
