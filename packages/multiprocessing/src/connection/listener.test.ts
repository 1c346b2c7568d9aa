import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { EOFError, FileNotFoundError, TimeoutError } from '@p8/errors';
import { createConnection, MSG_PEEK, Socket, socketpair } from '@p8/socket';
import type { Address } from '@p8/socket';
import { AuthenticationError } from '../process-errors.ts';
import type { ConnectionAddress, Family } from './address.ts';
import { Client } from './client.ts';
import { Connection } from './connection.ts';
import { answerChallenge } from './handshake.ts';
import { recvHandle, sendHandle } from './handles.ts';
import { Listener } from './listener.ts';
import type { ListenerOptions } from './listener.ts';
import { checkLeftovers } from '../../test/leftovers.ts';

checkLeftovers();

const key = Buffer.from('secret');
const families: Family[] = ['AF_UNIX', 'AF_INET', 'AF_INET6'];

async function connected(options: ListenerOptions): Promise<[Listener, Connection, Connection]> {
  const listener = new Listener(options);
  const { authkey } = options;
  const [server, client] = await Promise.all([listener.accept(), Client(listener.address, { authkey })]);
  return [listener, server, client];
}

test.each(families)('%s: a client and a listener exchange objects, with a key and without', async (family) => {
  for (const authkey of [undefined, key, Buffer.alloc(0)]) {
    const [listener, server, client] = await connected({ family, authkey });
    using _listener = listener;
    using _server = server;
    using _client = client;
    await client.send({ hello: family });
    expect(await server.recv()).toEqual({ hello: family });
  }
});

test('an abstract name needs no file', async () => {
  const name = Buffer.from(`\0p8-listener-${process.pid}`);
  using listener = new Listener({ address: name });
  using client = await Client(name);
  using server = await listener.accept();
  await client.send(1);
  expect(await server.recv()).toBe(1);
});

test('a path is removed with its listener', async () => {
  const listener = new Listener();
  const path = listener.address as string;
  expect(existsSync(path)).toBe(true);
  listener.close();
  listener.close();
  expect(existsSync(path)).toBe(false);
  await expect(Client(path)).rejects.toThrow(FileNotFoundError);
  await expect(listener.accept()).rejects.toThrow('listener is closed');
});

test('a client with a wrong key is told so, passed over and reported', async () => {
  const failures: unknown[] = [];
  using listener = new Listener({ family: 'AF_INET', authkey: key, onFailure: (error) => failures.push(error) });
  const accepting = listener.accept();
  await expect(Client(listener.address, { authkey: Buffer.from('wrong') })).rejects.toThrow(
    new AuthenticationError('digest sent was rejected'),
  );
  using client = await Client(listener.address, { authkey: key });
  using server = await accepting;
  expect(failures).toEqual([new AuthenticationError('digest received was wrong')]);
  expect(listener.lastAccepted).toEqual(client.closed ? null : expect.any(Array));
  expect(server.closed).toBe(false);
});

test('silent peers hold nobody up', async () => {
  using listener = new Listener({ family: 'AF_INET', authkey: key });
  const accepting = listener.accept();
  const silent = await Promise.all([1, 2, 3].map(() => createConnection(listener.address)));
  using client = await Client(listener.address, { authkey: key });
  using server = await accepting;
  expect([client.closed, server.closed]).toEqual([false, false]);
  for (const sock of silent) sock.close();
});

test('silent peers are let go after their time', async () => {
  const failures: unknown[] = [];
  const options: ListenerOptions = { family: 'AF_INET', authkey: key, handshakeTimeout: 0.05 };
  const listener = new Listener({ ...options, onFailure: (error) => failures.push(error) });
  const accepting = expect(listener.accept()).rejects.toThrow('listener is closed');
  const silent = await Promise.all([1, 2, 3].map(() => createConnection(listener.address)));
  await vi.waitFor(() => expect(failures.length).toBe(3));
  expect(failures.every((error) => error instanceof TimeoutError)).toBe(true);
  for (const sock of silent) {
    expect(String(await sock.recv(11))).toBe('\0\0\0;#CHALLE');
    sock.close();
  }
  listener.close();
  await accepting;
});

test('no more peers prove the key at once than allowed', async () => {
  using listener = new Listener({ family: 'AF_INET', authkey: key, maxHandshakes: 1 });
  const accepting = listener.accept();
  const silent = await createConnection(listener.address);
  await silent.recv(4, MSG_PEEK);
  const connecting = Client(listener.address, { authkey: key });
  silent.close();
  using client = await connecting;
  using server = await accepting;
  expect([client.closed, server.closed]).toEqual([false, false]);
});

test('a keyed client does not wait for ever for a listener without a key', async () => {
  using listener = new Listener({ family: 'AF_INET' });
  const accepting = listener.accept();
  await expect(Client(listener.address, { authkey: key, timeout: 0.1 })).rejects.toThrow(TimeoutError);
  (await accepting).close();
});

test('accept ends after its time, and by a signal, and loses no connection', async () => {
  using listener = new Listener({ family: 'AF_INET' });
  await expect(listener.accept({ timeout: 0.01 })).rejects.toThrow(TimeoutError);
  await expect(listener.accept({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  using client = await Client(listener.address);
  using server = await listener.accept();
  await client.send(1);
  expect(await server.recv()).toBe(1);
});

test('closing rejects those who wait', async () => {
  const listener = new Listener({ family: 'AF_INET', authkey: key });
  const accepting = listener.accept();
  listener.close();
  await expect(accepting).rejects.toThrow('listener is closed');
});

test('a listener is iterated until it is closed', async () => {
  const listener = new Listener({ family: 'AF_INET' });
  const address = listener.address;
  using first = await Client(address);
  const got: Connection[] = [];
  for await (const connection of listener) {
    got.push(connection);
    listener.close();
  }
  expect(got.length).toBe(1);
  got[0]?.close();
  expect(first.closed).toBe(false);
});

test('minDigest refuses the bare MD5 that older peers give', async () => {
  const failures: unknown[] = [];
  const options: ListenerOptions = { family: 'AF_INET', authkey: key, minDigest: 'sha256' };
  using listener = new Listener({ ...options, onFailure: (error) => failures.push(error) });
  const accepting = listener.accept();
  using old = new Connection(await createConnection(listener.address));
  const challenge = (await old.recvBytes(256)).subarray('#CHALLENGE#'.length);
  await old.sendBytes(createHmac('md5', key).update(challenge).digest());
  expect(String(await old.recvBytes(256))).toBe('#FAILURE#');
  using client = await Client(listener.address, { authkey: key, minDigest: 'sha256' });
  using server = await accepting;
  expect([client.closed, server.closed, failures.length]).toEqual([false, false, 1]);
});

test('a client with minDigest does not answer a challenge for MD5', async () => {
  const [left, right] = socketpair();
  using peer = new Connection(left);
  using connection = new Connection(right);
  await peer.sendBytes(Buffer.concat([Buffer.from('#CHALLENGE#'), Buffer.alloc(20, 7)]));
  await expect(answerChallenge(connection, key, { minDigest: 'sha256' })).rejects.toThrow('asks for md5');
});

test.each(['', 'hello', '#CHALLENGE#short', `#CHALLENGE#{sha999}${'x'.repeat(40)}`])(
  'a first message of %j is no challenge',
  async (message) => {
    const [left, right] = socketpair();
    using peer = new Connection(left);
    using connection = new Connection(right);
    await peer.sendBytes(message);
    await expect(answerChallenge(connection, key)).rejects.toThrow(AuthenticationError);
  },
);

test('a key must be bytes', () => {
  expect(() => new Listener({ authkey: 'text' as never })).toThrow('authkey should be a byte string');
});

test.each([
  [{ family: 'AF_PIPE' as Family }, 'AF_PIPE is only on Windows'],
  [{ family: 'AF_FOO' as Family }, 'Family AF_FOO is not recognized'],
  [{ address: 7 as never }, 'address type of 7 unrecognized'],
])('%j is refused', (options, message) => {
  expect(() => new Listener(options)).toThrow(message);
});

test('a descriptor goes to the other side', async () => {
  const [listener, server, client] = await connected({ authkey: key });
  using _listener = listener;
  using _server = server;
  using _client = client;
  using sock = new Socket();
  sock.bind(['127.0.0.1', 0]);
  await client.send('before');
  await sendHandle(client, sock.fileno());
  await client.send('after');
  expect(await server.recv()).toBe('before');
  using copy = new Socket(undefined, undefined, undefined, { fileno: await recvHandle(server) });
  expect(copy.getsockname()).toEqual<Address>(sock.getsockname());
  expect(await server.recv()).toBe('after');
});

test('the other side that closes during the handshake is an error of the client', async () => {
  using listener = new Socket();
  listener.bind(['127.0.0.1', 0]);
  listener.listen();
  const connecting = Client(listener.getsockname() as ConnectionAddress, { authkey: key });
  const [sock] = await listener.accept();
  sock.close();
  await expect(connecting).rejects.toThrow(EOFError);
});
