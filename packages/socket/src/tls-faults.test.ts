/** What a TLS socket makes of peers that break the protocol, vanish, or are not who they should be. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Certificates } from '../test/certificates.ts';
import { tcpPair } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { tlsPair } from '../test/tls-pair.ts';
import { SHUT_WR, SO_LINGER, SOL_SOCKET, Socket, wrapTls } from './index.ts';
import type { TlsOptions, TlsSocket } from './index.ts';

let certificates: Certificates;

checkLeftovers();
beforeAll(() => {
  certificates = new Certificates();
});
afterAll(() => certificates[Symbol.dispose]());

/** Closing it sends a reset. */
function reset(sock: Socket): void {
  sock.setsockopt(SOL_SOCKET, SO_LINGER, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  sock.close();
}

/** Two TLS ends with somebody in between, who passes on what they send up to a moment of his choice. */
class Middle implements Disposable {
  readonly client: Socket;
  readonly server: Socket;
  readonly #left: Socket;
  readonly #right: Socket;

  constructor() {
    [this.client, this.#left] = tcpPair();
    [this.server, this.#right] = tcpPair();
  }

  /** Passes on at most so many bytes from the server, and everything from the client, until an end or `close`. */
  async pass(fromServer: number = Infinity): Promise<void> {
    void this.#forward(this.#left, this.#right, Infinity);
    await this.#forward(this.#right, this.#left, fromServer);
  }

  /** Sends bytes of its own to the client. */
  async inject(data: string): Promise<void> {
    await this.#left.sendall(data);
  }

  /** Cuts both connections, by FIN or by a reset. */
  cut(by: 'FIN' | 'reset'): void {
    for (const sock of [this.#left, this.#right]) {
      if (by === 'reset' && !sock.closed) reset(sock);
      else sock.close();
    }
  }

  [Symbol.dispose](): void {
    for (const sock of [this.client, this.server, this.#left, this.#right]) sock.close();
  }

  async #forward(from: Socket, to: Socket, most: number): Promise<void> {
    try {
      for (let left = most; left > 0;) {
        const data = await from.recv(Math.min(left, 65536));
        if (data.length === 0) return;
        await to.sendall(data);
        left -= data.length;
      }
    } catch {
      // closed by `cut`, or by an end
    }
  }
}

const asClient = (sock: Socket, options: TlsOptions = {}): Promise<TlsSocket> =>
  wrapTls(sock, { serverHostname: 'localhost', ca: certificates.ca, ...options });
const asServer = (sock: Socket, options: TlsOptions = {}): Promise<TlsSocket> =>
  wrapTls(sock, { serverSide: true, ...certificates.server, ...options });

test.for([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['unknown', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['otherName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
] as const)('a certificate that is %s is refused, and the server sees the client hang up', async ([name, code]) => {
  const [a, b] = tcpPair();
  const [client, server] = await Promise.allSettled([asClient(a), asServer(b, certificates[name])]);
  expect(client).toMatchObject({ reason: { name: 'SSLCertVerificationError', code, errno: 1 } });
  if (server.status === 'fulfilled') {
    await expect(server.value.recv(1)).rejects.toMatchObject({ name: /SSLEOFError|ConnectionResetError/ });
    server.value.close();
  } else expect(server.reason).toMatchObject({ name: 'SSLEOFError' });
  expect(a.closed).toBe(true);
});

test('the check can be turned off, and its result is still known', async () => {
  const options = { rejectUnauthorized: false };
  const [client, server] = await tlsPair(certificates, options, certificates.expired);
  expect([client.authorized, client.authorizationError]).toEqual([false, 'CERT_HAS_EXPIRED']);
  client.close();
  server.close();
});

test('plain words instead of a ClientHello are an SSLError, and get an alert or an end', async () => {
  const [a, b] = tcpPair();
  const wrapping = asServer(b);
  await a.sendall('GET / HTTP/1.0\r\n\r\n');
  await expect(wrapping).rejects.toMatchObject({
    name: 'SSLError',
    code: 'ERR_SSL_HTTP_REQUEST',
    reason: 'HTTP_REQUEST',
  });
  for await (const chunk of a.chunks()) expect(chunk.length).toBeGreaterThan(0);
  a.close();

  const [c, d] = tcpPair();
  const client = asClient(c);
  await d.sendall('220 plain words, please\r\n');
  await expect(client).rejects.toMatchObject({ name: 'SSLError' });
  d.close();
});

test.for(['FIN', 'reset'] as const)('a %s in the handshake is told from a failed one', async (by) => {
  const expected = by === 'FIN' ? 'SSLEOFError' : 'ConnectionResetError';
  for (const wrap of [asClient, asServer]) {
    const [a, b] = tcpPair();
    const wrapping = wrap(a);
    // a close with something unread in it would be a reset
    if (by === 'FIN') b.shutdown(SHUT_WR);
    else reset(b);
    await expect(wrapping).rejects.toMatchObject({ name: expected, syscall: 'wrapTls' });
    expect(a.closed).toBe(true);
    b.close();
  }
});

test('a handshake that is cut after any byte ends with an error on both sides', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1200 }), fc.constantFrom('FIN', 'reset'), async (count, by) => {
      using middle = new Middle();
      const wrapping = Promise.allSettled([asClient(middle.client), asServer(middle.server)]);
      await middle.pass(count);
      middle.cut(by);
      for (const end of await wrapping) {
        if (end.status === 'fulfilled') end.value.close();
        else expect(end.reason).toMatchObject({ name: /SSLEOFError|ConnectionResetError|BrokenPipeError/ });
      }
    }),
    { numRuns: 40 },
  );
});

/** A pair through the middle, and what the client has got from the server before the cut. */
async function cutAfter(sent: number, passed: number, by: 'FIN' | 'reset', options: TlsOptions): Promise<TlsSocket> {
  using middle = new Middle();
  const passing = middle.pass();
  const [client, server] = await Promise.all([asClient(middle.client, options), asServer(middle.server)]);
  void passing;
  await server.sendall('a record that arrives');
  expect(String(await client.recvExactly(21))).toBe('a record that arrives');
  await server.sendall(Buffer.alloc(sent));
  if (passed > 0) await client.recvExactly(passed);
  middle.cut(by);
  server.close();
  return client;
}

test('an end without close_notify is no end of file, unless told so', async () => {
  const client = await cutAfter(0, 0, 'FIN', {});
  for (let i = 0; i < 2; i++) {
    await expect(client.recv(1)).rejects.toMatchObject({ name: 'SSLEOFError', errno: 8, syscall: 'recv' });
  }
  await expect(client.recvExactly(1)).rejects.toMatchObject({ name: 'SSLEOFError' });
  client.close();
  const trusting = await cutAfter(0, 0, 'FIN', { suppressRaggedEofs: true });
  expect((await trusting.recv(1)).length).toBe(0);
  await expect(trusting.recvExactly(1)).rejects.toMatchObject({ name: 'IncompleteReadError' });
  trusting.close();
});

test('what came before the end is received before the error', async () => {
  const client = await cutAfter(60_000, 1000, 'FIN', {});
  const received: Buffer[] = [];
  await expect(
    (async () => {
      for await (const chunk of client.chunks(100)) received.push(chunk);
    })(),
  ).rejects.toMatchObject({ name: 'SSLEOFError' });
  // some whole records, of those that had been passed on
  expect(Buffer.concat(received).length).toBeGreaterThan(10_000);
  client.close();
});

/** A pair whose peers speak through somebody who can do anything to their bytes. */
async function throughMiddle(body: (client: TlsSocket, middle: Middle) => Promise<void>): Promise<void> {
  using middle = new Middle();
  void middle.pass();
  const [client, server] = await Promise.all([asClient(middle.client), asServer(middle.server)]);
  await body(client, middle);
  client.close();
  server.close();
}

test('a reset is an error of the connection, for readers and for writers', () =>
  throughMiddle(async (client, middle) => {
    const reading = client.recv(1);
    const writing = client.sendall(Buffer.alloc(20_000_000));
    middle.cut('reset');
    await expect(reading).rejects.toMatchObject({ name: 'ConnectionResetError', syscall: 'recv' });
    await expect(writing).rejects.toMatchObject({ name: /ConnectionResetError|BrokenPipeError/ });
    await expect(client.recv(1)).rejects.toMatchObject({ name: 'ConnectionResetError' });
    await expect(client.sendall('x')).rejects.toMatchObject({ name: /ConnectionResetError|BrokenPipeError/ });
  }));

test('bytes that are no record are an SSLError', () =>
  throughMiddle(async (client, middle) => {
    const reading = client.recv(1);
    await middle.inject('these bytes are no record of TLS');
    await expect(reading).rejects.toMatchObject({ name: 'SSLError', reason: 'BAD_RECORD_TYPE', syscall: 'recv' });
    await expect(client.recv(1)).rejects.toMatchObject({ name: 'SSLError' });
  }));
