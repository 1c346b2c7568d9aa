/** From node:net and back, node:stream and web streams over a socket. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as net from 'node:net';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { Folder, freePort, streams, tcpPair } from '../test/connected.ts';
import { checkLeftovers, descriptors } from '../test/leftovers.ts';
import {
  AF_INET,
  AF_UNIX,
  createConnection,
  createServer,
  SHUT_WR,
  SO_LINGER,
  SOCK_DGRAM,
  SOL_SOCKET,
  Socket,
} from './index.ts';

checkLeftovers();

function reset(sock: Socket): void {
  sock.setsockopt(SOL_SOCKET, SO_LINGER, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  sock.close();
}

/** A connection of Node's, and its peer. */
async function netPair(): Promise<[net.Socket, Socket]> {
  using listener = createServer(['127.0.0.1', 0]);
  const [, port] = listener.getsockname() as [string, number];
  const client = net.connect(port, '127.0.0.1');
  const [[peer]] = await Promise.all([listener.accept(), once(client, 'connect')]);
  return [client, peer];
}

describe('fromNet', () => {
  test('what Node has received already comes first, and the peer notices nothing', async () => {
    const [client, peer] = await netPair();
    // flows into the buffer of Node's socket while nobody reads
    await peer.sendall('received by Node, ');
    await expect.poll(() => client.readableLength).toBe(18);
    using sock = Socket.fromNet(client);
    expect([client.destroyed, sock.family, sock.getpeername()]).toEqual([true, AF_INET, peer.getsockname()]);
    await peer.sendall('and by us');
    expect(String(await sock.recvExactly(27))).toBe('received by Node, and by us');
    await sock.sendall('answer');
    expect(String(await peer.recvExactly(6))).toBe('answer');
    peer.close();
    expect((await sock.recv(1)).length).toBe(0);
  });

  test('in the middle of a fast stream no byte is lost', async () => {
    const [client, peer] = await netPair();
    const content = Buffer.alloc(3_000_000);
    for (let i = 0; i < content.length; i += 4) content.writeUInt32LE(i, i);
    const sending = peer.sendall(content);
    const parts: Buffer[] = [];
    client.on('data', (part: Buffer) => parts.push(part));
    while (parts.length < 3) await once(client, 'data');
    using sock = Socket.fromNet(client);
    const rest = await sock.recvExactly(content.length - Buffer.concat(parts).length);
    expect(Buffer.concat([...parts, rest]).equals(content)).toBe(true);
    await sending;
    peer.close();
  });

  test('an accepted connection, half-closed by its peer, is taken with its end', async () => {
    const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    using peer = await createConnection(['127.0.0.1', port]);
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    await peer.sendall('all');
    peer.shutdown(SHUT_WR);
    await expect.poll(() => accepted.readableLength).toBe(3);
    using sock = Socket.fromNet(accepted);
    server.close();
    const chunks: Buffer[] = [];
    for await (const chunk of sock) chunks.push(chunk);
    expect(String(Buffer.concat(chunks))).toBe('all');
    await sock.sendall('seen');
    expect(String(await peer.recvExactly(4))).toBe('seen');
  });

  test.for(['TCP', 'a unix path'])('a listener over %s goes on under its address', async (kind) => {
    using folder = new Folder();
    const path = folder.file('listener');
    const server = net.createServer(() => expect.unreachable());
    if (kind === 'TCP') server.listen(0, '127.0.0.1');
    else server.listen(path);
    await once(server, 'listening');
    const listener = Socket.fromNet(server);
    await once(server, 'close');
    expect(existsSync(path)).toBe(kind !== 'TCP');
    using client = new Socket(listener.family);
    await client.connect(listener.getsockname());
    const [accepted] = await listener.accept();
    await accepted.sendall('hello');
    expect(String(await client.recv(5))).toBe('hello');
    accepted.close();
    listener.close();
  });

  test('what cannot be taken whole is refused, and stays as it is', async () => {
    const [client, peer] = await netPair();
    const before = descriptors();
    client.write(Buffer.alloc(20_000_000));
    expect(() => Socket.fromNet(client)).toThrow('bytes are still to be written');
    expect([client.destroyed, descriptors()]).toEqual([false, before]);
    client.destroy();
    expect(() => Socket.fromNet(client)).toThrow('is not open');
    peer.close();
    const connecting = net.connect(freePort(), '127.0.0.1').on('error', () => {});
    expect(() => Socket.fromNet(connecting)).toThrow('still connecting');
    await new Promise((resolve) => connecting.once('close', resolve));
    // refused before it is looked at
    expect(() => Socket.fromNet(new TLSSocket(new net.Socket()))).toThrow('wrapTls()');
    expect(() => Socket.fromNet({} as net.Socket)).toThrow('needs a net.Socket or a net.Server');
    expect(() => Socket.fromNet(net.createServer())).toThrow('is not open');
    const [text, other] = await netPair();
    text.setEncoding('utf8');
    expect(() => Socket.fromNet(text)).toThrow('setEncoding()');
    text.destroy();
    other.close();
  });
});

describe('toNet', () => {
  test.for(streams)('%s becomes a net.Socket, with what was received and not read', async ([, open]) => {
    const [a, b] = open();
    await b.sendall('first line\nrest');
    const file = a.makefile('rb');
    expect(String(await file.readline())).toBe('first line\n');
    await file.close();
    const converted = a.toNet({ allowHalfOpen: true });
    expect([a.closed, a.fileno()]).toEqual([true, -1]);
    converted.write('from Node');
    expect(String(await b.recvExactly(9))).toBe('from Node');
    await b.sendall(', all of it');
    b.shutdown(SHUT_WR);
    const chunks: Buffer[] = [];
    for await (const chunk of converted) chunks.push(chunk as Buffer);
    expect(String(Buffer.concat(chunks))).toBe('rest, all of it');
    converted.destroy();
    b.close();
  });

  test('there and back again', async () => {
    const [a, b] = tcpPair();
    using back = Socket.fromNet(a.toNet());
    await b.sendall('still the same');
    expect(String(await back.recvExactly(14))).toBe('still the same');
    b.close();
  });

  test('what node:net does not know is refused, and stays open', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    expect(() => listener.toNet()).toThrow('sock.detach()');
    using datagrams = new Socket(AF_INET, SOCK_DGRAM);
    expect(() => datagrams.toNet()).toThrow('streams over TCP and unix paths only');
    using fresh = new Socket(AF_UNIX);
    expect(() => fresh.toNet()).toThrow('not connected');
    expect([listener.closed, datagrams.closed, fresh.closed]).toEqual([false, false, false]);
    fresh.close();
    expect(() => fresh.toNet()).toThrow('Bad file descriptor');
  });
});

describe('toDuplex', () => {
  test('pipes megabytes through, with back-pressure in both directions', async () => {
    const [a, b] = tcpPair();
    const content = Buffer.alloc(5_000_000, 'content of a stream, ');
    const duplex = b.toDuplex();
    const echo = pipeline(duplex, duplex);
    const sending = a.sendall(content).then(() => a.shutdown(SHUT_WR));
    // nobody reads yet: the echo stops, and so does the sender
    a.settimeout(60);
    const received = await a.recvExactly(content.length);
    expect(received.equals(content)).toBe(true);
    await Promise.all([sending, echo]);
    expect([b.closed, (await a.recv(1)).length]).toEqual([true, 0]);
    a.close();
  });

  test('takes no more from the peer than its buffer holds', async () => {
    const [a, b] = tcpPair();
    const duplex = b.toDuplex({ highWaterMark: 1000 });
    duplex.read(0);
    a.settimeout(0.1);
    const error = (await a.sendall(Buffer.alloc(50_000_000)).catch((reason: unknown) => reason)) as {
      bytesSent: number;
    };
    expect(error.bytesSent).toBeLessThan(20_000_000);
    expect(duplex.readableLength).toBeLessThan(200_000);
    duplex.destroy();
    a.close();
  });

  test('half-close goes through, and is ours to keep', async () => {
    const [a, b] = tcpPair();
    const duplex = b.toDuplex();
    a.shutdown(SHUT_WR);
    duplex.resume();
    await once(duplex, 'end');
    duplex.end('after the end');
    expect(String(await a.recvExactly(13))).toBe('after the end');
    expect((await a.recv(1)).length).toBe(0);
    await expect.poll(() => b.closed).toBe(true);
    a.close();
  });

  test('an error of the socket is an error of the stream', async () => {
    const [a, b] = tcpPair();
    const duplex = b.toDuplex();
    duplex.resume();
    reset(a);
    const [error] = (await once(duplex, 'error')) as [Error];
    expect(error).toMatchObject({ name: 'ConnectionResetError' });
    expect([duplex.destroyed, b.closed]).toEqual([true, true]);
    const [c, d] = tcpPair();
    d.settimeout(0.01);
    const slow = d.toDuplex();
    slow.resume();
    expect((await once(slow, 'error'))[0]).toMatchObject({ name: 'TimeoutError' });
    c.close();
  });

  test('destroying it while it receives and sends closes the socket, without an error', async () => {
    const [a, b] = tcpPair();
    const duplex = b.toDuplex();
    duplex.on('error', () => expect.unreachable()).resume();
    duplex.write('x');
    await a.recvExactly(1);
    duplex.destroy();
    await once(duplex, 'close');
    expect(b.closed).toBe(true);
    a.close();
    using nonBlocking = new Socket();
    nonBlocking.setblocking(false);
    expect(() => nonBlocking.toDuplex()).toThrow('settimeout() is 0');
  });
});

describe('toWeb', () => {
  test('carries megabytes, with back-pressure, to the end of both directions', async () => {
    const [a, b] = tcpPair();
    const { readable, writable } = b.toWeb();
    const content = Buffer.alloc(3_000_000, 'content of a web stream, ');
    const echo = readable.pipeTo(writable);
    const sending = a.sendall(content).then(() => a.shutdown(SHUT_WR));
    expect((await a.recvExactly(content.length)).equals(content)).toBe(true);
    await Promise.all([sending, echo]);
    expect([(await a.recv(1)).length, b.closed]).toEqual([0, true]);
    a.close();
  });

  test('a BYOB reader receives into its own memory', async () => {
    const [a, b] = tcpPair();
    const { readable, writable } = b.toWeb();
    const reader = readable.getReader({ mode: 'byob' });
    await a.sendall('twelve bytes');
    const { value } = await reader.read(new Uint8Array(6));
    expect(String(Buffer.from(value as Uint8Array))).toBe('twelve');
    const rest = await reader.read(new Uint8Array(100));
    expect([String(Buffer.from(rest.value as Uint8Array)), rest.value?.buffer.byteLength]).toEqual([' bytes', 100]);
    a.shutdown(SHUT_WR);
    expect(await reader.read(new Uint8Array(1))).toMatchObject({ done: true });
    await writable.close();
    expect(b.closed).toBe(true);
    a.close();
  });

  test('cancelling one direction leaves the other', async () => {
    const [a, b] = tcpPair();
    const { readable, writable } = b.toWeb();
    const reader = readable.getReader();
    const reading = reader.read();
    await reader.cancel();
    expect(await reading).toEqual({ value: undefined, done: true });
    const writer = writable.getWriter();
    await writer.write('text is UTF-8: ä');
    expect(String(await a.recvExactly(17))).toBe('text is UTF-8: ä');
    expect(b.closed).toBe(false);
    await writer.close();
    expect([b.closed, (await a.recv(1)).length]).toEqual([true, 0]);
    a.close();
  });

  test('errors come out of both, and abort closes the socket', async () => {
    const [a, b] = tcpPair();
    const { readable, writable } = b.toWeb();
    const reading = readable.getReader().read();
    reset(a);
    await expect(reading).rejects.toMatchObject({ name: 'ConnectionResetError' });
    await expect(writable.getWriter().write('x')).rejects.toMatchObject({ code: 'EBADF' });
    expect(b.closed).toBe(true);
    const [c, d] = tcpPair();
    await d.toWeb().writable.abort();
    expect([d.closed, (await c.recv(1)).length]).toEqual([true, 0]);
    c.close();
    expect(() => d.toWeb()).toThrow('Bad file descriptor');
  });

  test('answers a Response body over the wire', async () => {
    const [a, b] = tcpPair();
    const { writable } = b.toWeb();
    const piping = new Response('a body').body?.pipeTo(writable);
    expect(String(await a.recvExactly(6))).toBe('a body');
    await piping;
    a.close();
    b.close();
  });
});
