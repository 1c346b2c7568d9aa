/** TLS between two sockets of ours, by promises. */
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Certificates } from '../test/certificates.ts';
import { Folder, streams, tcpPair } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { tlsPair } from '../test/tls-pair.ts';
import { AF_INET, SHUT_RD, SHUT_WR, SOCK_DGRAM, Socket, TlsSocket, wrapTls } from './index.ts';

let certificates: Certificates;

checkLeftovers();
beforeAll(() => {
  certificates = new Certificates();
});
afterAll(() => certificates[Symbol.dispose]());

describe('the handshake', () => {
  test.for(streams)('over %s both ends know what was agreed', async ([, openPair]) => {
    const [client, server] = await tlsPair(certificates, {}, {}, openPair());
    using _a = client;
    using _b = server;
    expect(client.version()).toBe('TLSv1.3');
    expect(server.cipher()).toEqual(client.cipher());
    expect([client.authorized, client.authorizationError]).toEqual([true, null]);
    expect([server.authorized, server.authorizationError]).toEqual([false, 'NO_CERTIFICATE_REQUESTED']);
    expect([client.serverSide, server.serverSide, client.serverHostname]).toEqual([false, true, 'localhost']);
    expect(server.servername).toBe('localhost');
    expect(client.getpeercert()?.subject).toMatchObject({ CN: 'server' });
    expect(server.getpeercert()).toBe(null);
    await client.sendall('hello');
    expect(String(await server.recvExactly(5))).toBe('hello');
  });

  test('the socket is closed by it, and its names, options and timeout go over', async () => {
    const [a, b] = tcpPair();
    a.settimeout(3);
    const [name, peer] = [a.getsockname(), a.getpeername()];
    const [client, server] = await tlsPair(certificates, {}, {}, [a, b]);
    expect([a.closed, b.closed, a.fileno()]).toEqual([true, true, -1]);
    expect([client.getsockname(), client.getpeername(), client.timeout]).toEqual([name, peer, 3]);
    expect(client.fileno()).toBeGreaterThan(2);
    client.close();
    server.close();
    expect(client.fileno()).toBe(-1);
  });

  test('a numeric address is a name without SNI', async () => {
    const [client, server] = await tlsPair(certificates, { serverHostname: '127.0.0.1' });
    expect(server.servername).toBe(null);
    client.close();
    server.close();
  });

  test('ALPN chooses what both know', async () => {
    const protocols = { ALPNProtocols: ['h2', 'p8/1'] };
    const [client, server] = await tlsPair(certificates, protocols, { ALPNProtocols: ['p8/1'] });
    expect([client.selectedAlpnProtocol(), server.selectedAlpnProtocol()]).toEqual(['p8/1', 'p8/1']);
    client.close();
    server.close();
    await expect(tlsPair(certificates, protocols, { ALPNProtocols: ['smtp'] })).rejects.toMatchObject({
      name: 'SSLError',
      reason: 'TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
  });

  test('SNI lets a server choose its certificate', async () => {
    const { otherName } = certificates;
    const [client, server] = await tlsPair(
      certificates,
      { serverHostname: 'elsewhere.test' },
      {
        SNICallback: (name, done) =>
          done(null, name === 'elsewhere.test' ? createSecureContext({ ...otherName }) : undefined),
      },
    );
    expect([client.getpeercert()?.subject, server.servername]).toMatchObject([{ CN: 'other' }, 'elsewhere.test']);
    client.close();
    server.close();
  });

  test('a server asks its clients for certificates', async () => {
    const { ca, client: ours, unknown } = certificates;
    const asking = { requestCert: true, ca };
    const [client, server] = await tlsPair(certificates, ours, asking);
    expect([server.authorized, server.getpeercert()?.subject]).toMatchObject([true, { CN: 'client' }]);
    client.close();
    server.close();
    await expect(tlsPair(certificates, {}, asking)).rejects.toMatchObject({
      name: 'SSLError',
      reason: 'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    });
    await expect(tlsPair(certificates, unknown, asking)).rejects.toMatchObject({
      name: 'SSLCertVerificationError',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const [tolerated, tolerant] = await tlsPair(certificates, unknown, { ...asking, rejectUnauthorized: false });
    expect([tolerant.authorized, tolerant.authorizationError]).toEqual([false, 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    tolerated.close();
    tolerant.close();
  });

  test.for(['TLSv1.2', 'TLSv1.3'] as const)(
    'a session of %s is resumed, and both ends can prove it',
    async (version) => {
      const context = createSecureContext({ ...certificates.server });
      const [client, server] = await tlsPair(certificates, { maxVersion: version }, { context });
      await server.sendall('x');
      await client.recvExactly(1);
      await expect.poll(() => client.session).toBeInstanceOf(Buffer);
      const { session } = client;
      expect([client.version(), client.sessionReused, server.sessionReused]).toEqual([version, false, false]);
      client.close();
      server.close();
      expect(client.session).toEqual(session);

      const again = { maxVersion: version, session: session as Buffer };
      const [second, proof] = await tlsPair(certificates, again, { context });
      expect([second.sessionReused, proof.sessionReused, second.authorized]).toEqual([true, true, true]);
      second.close();
      proof.close();
      // another context has other ticket keys: this is how a server ties a data connection to its control connection
      const [third, stranger] = await tlsPair(certificates, again);
      expect([third.sessionReused, stranger.sessionReused]).toEqual([false, false]);
      third.close();
      stranger.close();
    },
  );

  test('bytes that were received before are the first of the handshake', async () => {
    const [a, b] = tcpPair();
    const client = wrapTls(a, { serverHostname: 'localhost', ca: certificates.ca });
    // looks for a line in the ClientHello, as a server does that speaks plainly first
    await expect(b.recvUntil('no such line', { limit: 50 })).rejects.toThrow('limit');
    const file = b.makefile('rb');
    await file.peek();
    await file.close();
    const server = await wrapTls(b, { serverSide: true, ...certificates.server });
    await (await client).sendall('after');
    expect(String(await server.recvExactly(5))).toBe('after');
    (await client).close();
    server.close();
  });

  test('its time limit is the socket’s, or one of its own, and the socket is closed', async () => {
    const [a, b] = tcpPair();
    a.settimeout(0.02);
    await expect(wrapTls(a, { serverHostname: 'localhost' })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(a.closed).toBe(true);
    const [c, d] = tcpPair();
    await expect(wrapTls(c, { serverHostname: 'localhost', timeout: 0.02 })).rejects.toThrow('timed out');
    for (const sock of [b, d]) sock.close();
  });

  test('its signal ends it with the reason', async () => {
    const [a, b] = tcpPair();
    const controller = new AbortController();
    const wrapping = wrapTls(a, { serverSide: true, ...certificates.server, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(wrapping).rejects.toThrow('enough');
    await expect(wrapTls(b, { serverHostname: 'x', signal: controller.signal })).rejects.toThrow('enough');
    expect(b.closed).toBe(false);
    b.close();
  });

  test('wrong arguments are named, and leave the socket as it is', async () => {
    const [a, b] = tcpPair();
    const cases = [
      [{}, 'a client needs serverHostname'],
      [{ serverSide: true }, 'a server needs a certificate'],
      [{ serverSide: true, ...certificates.server, serverHostname: 'x' }, 'serverHostname is for clients only'],
      [{ serverHostname: '' }, 'serverHostname must be a name'],
      [{ serverHostname: 'x', timeout: -1 }, 'timeout must not be negative'],
      [{ serverHostname: 'x', timeout: 0 }, 'a handshake has to wait'],
    ] as const;
    for (const [options, words] of cases) await expect(wrapTls(a, options)).rejects.toThrow(words);
    expect(a.closed).toBe(false);
    a.close();
    b.close();
    await expect(wrapTls(a, { serverHostname: 'x' })).rejects.toMatchObject({ code: 'EBADF' });
    using datagrams = new Socket(AF_INET, SOCK_DGRAM);
    await expect(wrapTls(datagrams, { serverHostname: 'x' })).rejects.toThrow('SOCK_STREAM');
    using fresh = new Socket();
    await expect(wrapTls(fresh, { serverHostname: 'x' })).rejects.toMatchObject({ code: 'ENOTCONN' });
    await expect(wrapTls({} as Socket, { serverHostname: 'x' })).rejects.toThrow('socket must be a Socket');
  });

  test('a key that is none is refused, and nothing is left open', async () => {
    const [a, b] = tcpPair();
    await expect(wrapTls(a, { serverSide: true, key: 'no key', cert: 'no cert' })).rejects.toThrow();
    expect(a.closed).toBe(true);
    b.close();
  });
});

describe('a TLS socket', () => {
  async function withPair(body: (client: TlsSocket, server: TlsSocket) => Promise<void>): Promise<void> {
    const [client, server] = await tlsPair(certificates);
    try {
      await body(client, server);
    } finally {
      client.close();
      server.close();
    }
  }

  test('reads as a socket does: records, lines, chunks, files, into memory', () =>
    withPair(async (client, server) => {
      const sent = client.sendall('one\ntwo\nthree\nfour\nfive\n12345678rest');
      expect(String(await server.recv(3))).toBe('one');
      expect(String(await server.recvUntil('\n'))).toBe('\n');
      expect(String(await server.recvExactly(4))).toBe('two\n');
      const lines = server.lines();
      expect(String((await lines.next()).value)).toBe('three\n');
      const file = server.makefile('r');
      expect(String(await file.readline())).toBe('four\n');
      await file.close();
      expect(String(await server.recvUntil(Buffer.from('\n')))).toBe('five\n');
      const memory = Buffer.alloc(10);
      expect(await server.recvInto(memory, 4)).toBe(4);
      expect(await server.recvInto(memory.subarray(4), 4)).toBe(4);
      expect(String(memory.subarray(0, 8))).toBe('12345678');
      await sent;
      client.close();
      const chunks: Buffer[] = [];
      for await (const chunk of server.chunks(3)) chunks.push(chunk);
      expect(String(Buffer.concat(chunks))).toBe('rest');
      expect((await server.recv(1)).length).toBe(0);
    }));

  test('writes through files, and sends files', () =>
    withPair(async (client, server) => {
      const file = client.makefile('w');
      await file.write('through a file\n');
      await file.close();
      using folder = new Folder();
      const content = Buffer.alloc(700_000, 'a file that is longer than a part ');
      writeFileSync(folder.file('content'), content);
      await using handle = await open(folder.file('content'));
      const sent = client.sendfile(handle);
      expect(String(await server.recvUntil('\n'))).toBe('through a file\n');
      expect((await server.recvExactly(content.length)).equals(content)).toBe(true);
      expect(await sent).toBe(content.length);
    }));

  test('carries megabytes both ways at once, whole and in order', () =>
    withPair(async (client, server) => {
      const content = Buffer.alloc(5_000_003);
      for (let i = 0; i < content.length; i += 4) content.writeUInt32LE(i, Math.min(i, content.length - 4));
      const [there, back] = await Promise.all([
        server.recvExactly(content.length),
        client.recvExactly(content.length),
        client.sendall(content),
        server.sendall(content),
      ]);
      expect([there.equals(content), back.equals(content)]).toEqual([true, true]);
    }));

  test('a time-out loses nothing, in either direction', () =>
    withPair(async (client, server) => {
      server.settimeout(0.01);
      await expect(server.recv(1)).rejects.toThrow('timed out');
      await client.sendall('abc');
      await expect(server.recvExactly(6)).rejects.toThrow('timed out');
      await client.sendall('def');
      server.settimeout(null);
      expect(String(await server.recvExactly(6))).toBe('abcdef');

      // the peer does not read: what is over the limit tells how much went out, and that arrives
      const content = Buffer.alloc(20_000_000, 'content');
      client.settimeout(0.05);
      const error = (await client.sendall(content).catch((reason: unknown) => reason)) as { bytesSent: number };
      expect(error).toMatchObject({ name: 'TimeoutError', syscall: 'sendall' });
      expect(error.bytesSent).toBeGreaterThan(0);
      expect(error.bytesSent).toBeLessThan(content.length);
      client.settimeout(null);
      const rest = client.sendall(content.subarray(error.bytesSent));
      expect((await server.recvExactly(content.length)).equals(content)).toBe(true);
      await rest;
    }));

  test('does not wait where the timeout is 0', () =>
    withPair(async (client, server) => {
      server.setblocking(false);
      await expect(server.recv(1)).rejects.toMatchObject({ name: 'BlockingIOError' });
      await expect(server.recvExactly(1)).rejects.toMatchObject({ name: 'BlockingIOError' });
      await client.sendall('x');
      await expect.poll(() => server.recv(1).then(String, () => '')).toBe('x');
    }));

  test('calls are served in their order, and one that is aborted gives way', () =>
    withPair(async (client, server) => {
      const controller = new AbortController();
      const order: string[] = [];
      const note = (name: string) => (data: Buffer) => order.push(`${name}:${String(data)}`);
      const aborted = server.recvExactly(100, { signal: controller.signal });
      const first = server.recvExactly(3).then(note('first'));
      const second = server.recv(3).then(note('second'));
      await client.sendall('abcdef');
      controller.abort(new Error('no more'));
      await expect(aborted).rejects.toThrow('no more');
      await Promise.all([first, second]);
      expect(order).toEqual(['first:abc', 'second:def']);
    }));

  test('half-close: close_notify ends one direction, the other goes on', () =>
    withPair(async (client, server) => {
      await client.sendall('last');
      client.shutdown(SHUT_WR);
      client.shutdown(SHUT_WR);
      expect(String(await server.recvExactly(4))).toBe('last');
      expect((await server.recv(1)).length).toBe(0);
      await expect(client.sendall('x')).rejects.toMatchObject({ name: 'BrokenPipeError', bytesSent: 0 });
      await server.sendall('still here');
      expect(String(await client.recvExactly(10))).toBe('still here');
      expect(() => server.shutdown(SHUT_RD)).toThrow('TLS has to read on');
    }));

  test('close rejects what waits, and everything after it', () =>
    withPair(async (client, server) => {
      const reading = client.recv(1);
      const writing = client.sendall(Buffer.alloc(20_000_000));
      client.close();
      client.close();
      await expect(reading).rejects.toThrow('the socket was closed during recv()');
      await expect(writing).rejects.toThrow('the socket was closed during sendall()');
      await expect(client.recv(1)).rejects.toMatchObject({ code: 'EBADF' });
      await expect(client.sendall('x')).rejects.toMatchObject({ code: 'EBADF' });
      expect(() => client.getpeername()).toThrow('Bad file descriptor');
      expect(server.closed).toBe(false);
    }));

  test('flags, detach and blocking calls are refused with the reason', () =>
    withPair(async (client, server) => {
      await expect(client.recv(1, 2)).rejects.toThrow('TLS has no flags');
      await expect(client.sendall('x', 1)).rejects.toThrow('TLS has no flags');
      expect(() => client.detach()).toThrow('of no use without its keys');
      expect(() => client.recvSync(1)).toThrow('wrapTlsSync()');
      expect(() => server.sendallSync('x')).toThrow('wrapTlsSync()');
      expect(client.closed).toBe(false);
    }));
});
