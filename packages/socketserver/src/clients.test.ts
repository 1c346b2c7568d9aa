/** Real clients against servers of each kind, with and without TLS. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePrograms } from '../../../scripts/debian.mjs';
import { AsyncTCPServer, ForkingTCPServer, TCPServer, ThreadingTCPServer } from './index.ts';
import type { RequestHandlerClass } from './index.ts';
import type { Socket } from '@p8/socket';
import { Page, UpperLines } from '../test/handlers.ts';
import { anyPort } from '../test/crew.ts';

const LONG = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'p8-clients-'));
const run = promisify(execFile);
let tls: { readonly key: string; readonly cert: string };

beforeAll(() => {
  requirePrograms({ curl: 'curl', nc: 'netcat-openbsd', openssl: 'openssl', python3: 'python3' });
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const python = `
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
    sock.connect(('127.0.0.1', int(sys.argv[1])))
    sock.sendall(bytes('hello from python\\n', 'utf-8'))
    sock.shutdown(socket.SHUT_WR)
    received = str(sock.recv(1024), 'utf-8')
print('Received:', received, end='')
`;

/** Says a line, and hangs up when it has the answer. */
async function throughOpenssl(port: string): Promise<string> {
  const flags = ['s_client', '-quiet', '-no_ign_eof', '-connect', `127.0.0.1:${port}`];
  const child = spawn('openssl', flags, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.write('hello\n');
  let said = '';
  for await (const data of child.stdout) {
    said += String(data);
    if (said.endsWith('\n')) child.stdin.end();
  }
  return said;
}

describe.each([TCPServer, AsyncTCPServer, ThreadingTCPServer, ForkingTCPServer])('%o', (Server) => {
  async function served(Handler: RequestHandlerClass<Socket>, secure: boolean, ask: (port: string) => Promise<string>) {
    await using server = new Server(anyPort, Handler);
    if (secure) server.tls = tls;
    const serving = server.serveForever();
    const said = await ask(String(server.serverAddress[1]));
    server.shutdown();
    await serving;
    return said;
  }

  const curl = async (url: string): Promise<string> => (await run('curl', ['-sS', '-k', '-m', '30', url])).stdout;

  /** A shell's pipe ends the client's input, as a user would. */
  const pipe = async (command: string, port: string): Promise<string> =>
    (await run('sh', ['-c', command, 'sh', port])).stdout;

  test('answers curl', LONG, async () => {
    expect(await served(Page, false, (port) => curl(`http://127.0.0.1:${port}/`))).toBe('hello\n');
  });

  test('answers curl under TLS', LONG, async () => {
    expect(await served(Page, true, (port) => curl(`https://127.0.0.1:${port}/`))).toBe('hello\n');
  });

  test('answers nc', LONG, async () => {
    expect(await served(UpperLines, false, (port) => pipe('echo hello | nc -N -w 30 127.0.0.1 "$1"', port))).toBe(
      'HELLO\n',
    );
  });

  test("answers the client of Python's documentation", LONG, async () => {
    const ask = async (port: string): Promise<string> => (await run('python3', ['-c', python, port])).stdout;
    expect(await served(UpperLines, false, ask)).toBe('Received: HELLO FROM PYTHON\n');
  });

  test('answers openssl s_client', LONG, async () => {
    expect(await served(UpperLines, true, throughOpenssl)).toBe('HELLO\n');
  });
});

test('a handshake that fails concerns its own connection, and goes to handleError', LONG, async () => {
  const errors: unknown[] = [];
  class Quiet extends AsyncTCPServer {
    override handleError(_request: Socket, _clientAddress: unknown, error: unknown): void {
      errors.push(error);
    }
  }
  await using server = new Quiet(anyPort, UpperLines);
  server.tls = tls;
  const serving = server.serveForever();
  const port = String(server.serverAddress[1]);
  await run('sh', ['-c', `echo no TLS | nc -N -w 30 127.0.0.1 ${port}`]).catch(() => undefined);
  expect(await throughOpenssl(port)).toBe('HELLO\n');
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ name: expect.stringMatching(/^SSL/) });
  server.shutdown();
  await serving;
});
