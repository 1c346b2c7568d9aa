/** Programs of others at the other end: openssl, curl, python3's ssl, socat and nc. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.ts';
import { Certificates } from '../test/certificates.ts';
import { Folder, freePort, portOf } from '../test/connected.ts';
import { checkLeftovers } from '../test/leftovers.ts';
import { Python } from '../test/python.ts';
import { startHelper } from '../test/tls-pair.ts';
import {
  AF_UNIX,
  createConnection,
  createConnectionSync,
  createServer,
  SHUT_WR,
  wrapTls,
  wrapTlsSync,
} from './index.ts';
import type { Address, Socket, TlsOptions, TlsSocket } from './index.ts';

let certificates: Certificates;

checkLeftovers();
beforeAll(async () => {
  await requirePrograms({ openssl: 'openssl', curl: 'curl', socat: 'socat', nc: 'netcat-openbsd', python3: 'python3' });
  startHelper();
  certificates = new Certificates();
});
afterAll(() => certificates[Symbol.dispose]());

/** A program, and all that it prints. */
class Program implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  output = '';

  constructor(command: string, ...args: readonly string[]) {
    this.child = spawn(command, args);
    this.child.stdout.on('data', (data) => (this.output += String(data)));
    this.child.stderr.on('data', (data) => (this.output += String(data)));
    this.child.stdin.on('error', () => {});
    this.#closed = once(this.child, 'close');
  }

  /** Waits for its end; returns its status. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill();
    await this.#closed;
  }
}

/** Connects as soon as somebody listens. */
async function connected(address: Address): Promise<Socket> {
  for (;;) {
    try {
      return await createConnection(address);
    } catch {
      await new Promise(setImmediate);
    }
  }
}

async function acceptTls(listener: Socket, options: TlsOptions = {}): Promise<TlsSocket> {
  const [sock] = await listener.accept();
  return wrapTls(sock, { serverSide: true, ...certificates.server, ...options });
}

describe('TLS with openssl', () => {
  test.for(['-tls1_2', '-tls1_3'])(
    's_client %s verifies us, says its name and its protocol, and is answered',
    async (version) => {
      using listener = createServer(['127.0.0.1', 0]);
      const names = ['-CAfile', certificates.file('ca.pem'), '-servername', 'p8.test', '-verify_hostname', 'localhost'];
      const address = `127.0.0.1:${portOf(listener)}`;
      await using client = new Program(
        ...([
          'openssl',
          's_client',
          '-connect',
          address,
          ...names,
          '-alpn',
          'p8',
          '-verify_return_error',
          version,
        ] as const),
      );
      using server = await acceptTls(listener, { ALPNProtocols: ['p8'] });
      expect([server.servername, server.selectedAlpnProtocol()]).toEqual(['p8.test', 'p8']);
      client.child.stdin.write('hello from openssl\n');
      expect(String(await server.recvUntil('\n'))).toBe('hello from openssl\n');
      await server.sendall('answer to openssl\n');
      await expect.poll(() => client.output).toContain('answer to openssl');
      expect(client.output).toContain('Verify return code: 0 (ok)');
      client.child.stdin.end();
      expect((await server.recv(1)).length).toBe(0);
      server.close();
      expect(await client.ended()).toBe(0);
    },
  );

  test('s_server asks for our certificate, and resumes our session', async () => {
    const port = freePort();
    const own = ['-cert', certificates.file('server.pem'), '-key', certificates.file('server.key')];
    const asking = ['-Verify', '1', '-CAfile', certificates.file('ca.pem'), '-verify_return_error'];
    await using server = new Program(
      'openssl',
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      ...own,
      ...asking,
      '-quiet',
    );
    const options = { serverHostname: 'localhost', ca: certificates.ca, ...certificates.client };
    const first = await wrapTls(await connected(['127.0.0.1', port]), options);
    await first.sendall('hello to openssl\n');
    await expect.poll(() => server.output).toContain('hello to openssl');
    server.child.stdin.write('and back\n');
    expect(String(await first.recvUntil('\n'))).toBe('and back\n');
    await expect.poll(() => first.session).toBeInstanceOf(Buffer);
    first.close();
    const second = await wrapTls(await connected(['127.0.0.1', port]), {
      ...options,
      session: first.session as Buffer,
    });
    expect(second.sessionReused).toBe(true);
    second.close();
  });
});

describe('TLS with curl', () => {
  test('a tiny server of ours answers https, also with a client certificate', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    const own = ['--cert', certificates.file('client.pem'), '--key', certificates.file('client.key')];
    const url = `https://localhost:${portOf(listener)}/`;
    await using curl = new Program(
      'curl',
      '-sS',
      '-4',
      '--noproxy',
      '*',
      '--cacert',
      certificates.file('ca.pem'),
      ...own,
      url,
    );
    using server = await acceptTls(listener, { requestCert: true, ca: certificates.ca, ALPNProtocols: ['http/1.1'] });
    const head = String(await server.recvUntil('\r\n\r\n'));
    expect(head).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
    const { CN } = server.getpeercert()?.subject ?? {};
    await server.sendall(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello ${String(CN)}`);
    server.close();
    expect(await curl.ended()).toBe(0);
    expect(curl.output).toBe('hello client');
  });

  test('curl refuses a certificate that has expired, and we learn why', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    const url = `https://localhost:${portOf(listener)}/`;
    await using curl = new Program('curl', '-sS', '-4', '--noproxy', '*', '--cacert', certificates.file('ca.pem'), url);
    const refused = acceptTls(listener, certificates.expired).then((server) =>
      server.recv(1).finally(() => server.close()),
    );
    await expect(refused).rejects.toMatchObject({ name: 'SSLError', reason: /ALERT_CERTIFICATE_EXPIRED/ });
    expect(await curl.ended()).toBe(60);
  });
});

describe('TLS with python3', () => {
  const server = `
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
with socket.create_server(('127.0.0.1', 0)) as listener:
    print(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as tls:
            while data := tls.recv(65536):
                if data == b'stop': sys.exit()
                tls.sendall(data)
            tls.unwrap()
`;

  test('its server echoes, for promises and for blocking calls', async () => {
    await using python = new Python(server, certificates.file('server.pem'), certificates.file('server.key'));
    const address: Address = ['127.0.0.1', Number(await python.line())];
    const options = { serverHostname: 'localhost', ca: certificates.ca };
    const content = Buffer.alloc(300_000, 'content for python');
    const sock = await wrapTls(await createConnection(address), options);
    const [echo] = await Promise.all([sock.recvExactly(content.length), sock.sendall(content)]);
    expect(echo.equals(content)).toBe(true);
    sock.shutdown(SHUT_WR);
    expect((await sock.recv(1)).length).toBe(0);
    sock.close();

    const blocking = wrapTlsSync(createConnectionSync(address), options);
    for (let i = 0; i < 10; i++) {
      blocking.sendallSync(content.subarray(0, 1000 * i));
      expect(blocking.recvExactlySync(1000 * i).equals(content.subarray(0, 1000 * i))).toBe(true);
    }
    blocking.sendallSync('stop');
    blocking.close();
    expect(await python.ended()).toBe(0);
  });

  test('its client sees our close_notify, and misses it where there is none', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    await using python = new Python(
      `
import ssl
context = ssl.create_default_context(cafile=sys.argv[2])
with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as sock:
    with context.wrap_socket(sock, server_hostname='localhost', suppress_ragged_eofs=False) as tls:
        tls.sendall(b'hello\\n')
        print(tls.version(), tls.recv(100), tls.recv(100))
`,
      String(portOf(listener)),
      certificates.file('ca.pem'),
    );
    using tls = await acceptTls(listener, { context: createSecureContext(certificates.server) });
    expect(String(await tls.recvUntil('\n'))).toBe('hello\n');
    await tls.sendall('and good-bye');
    tls.close();
    expect(await python.line()).toBe("TLSv1.3 b'and good-bye' b''");
    expect(await python.ended()).toBe(0);
  });
});

describe('plain sockets', () => {
  test('socat talks to a unix socket of ours, and we to its', async () => {
    using folder = new Folder();
    using listener = createServer(folder.file('ours'), { family: AF_UNIX });
    await using socat = new Program('socat', '-', `UNIX-CONNECT:${folder.file('ours')}`);
    socat.child.stdin.write('by socat\n');
    const [sock] = await listener.accept();
    expect(String(await sock.recvUntil('\n'))).toBe('by socat\n');
    await sock.sendall('to socat\n');
    await expect.poll(() => socat.output).toBe('to socat\n');
    sock.close();
    expect(await socat.ended()).toBe(0);

    const port = freePort();
    await using echo = new Program('socat', `TCP-LISTEN:${port},bind=127.0.0.1`, 'EXEC:cat');
    using client = await connected(['127.0.0.1', port]);
    await client.sendall('there and back');
    expect(String(await client.recvExactly(14))).toBe('there and back');
    client.shutdown(SHUT_WR);
    expect((await client.recv(1)).length).toBe(0);
    expect(await echo.ended()).toBe(0);
  });

  test('nc sends to the end of its input', async () => {
    using listener = createServer(['127.0.0.1', 0]);
    await using nc = new Program('nc', '-N', '127.0.0.1', String(portOf(listener)));
    nc.child.stdin.end('all of the input');
    const [sock] = await listener.accept();
    const chunks: Buffer[] = [];
    for await (const chunk of sock) chunks.push(chunk);
    expect(String(Buffer.concat(chunks))).toBe('all of the input');
    await sock.sendall('seen');
    sock.close();
    expect(await nc.ended()).toBe(0);
    expect(nc.output).toBe('seen');
  });
});
