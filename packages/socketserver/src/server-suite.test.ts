/**
 * One suite over every server class and family. After CPython's Lib/test/test_socketserver.py, in words of our own.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Address, AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, Socket } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  DatagramRequestHandler,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from './index.ts';

class UpperLines extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

class UpperPacket extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

class TCP6Server extends TCPServer {
  static override addressFamily: number = AF_INET6;
}

class UDP6Server extends UDPServer {
  static override addressFamily: number = AF_INET6;
}

const folder = mkdtempSync(join(tmpdir(), 'p8-servers-'));
let paths = 0;
const path = (): string => join(folder, `s${paths++}`);
const inet = (): Address => ['127.0.0.1', 0];
const inet6 = (): Address => ['::1', 0];
afterAll(() => rmSync(folder, { recursive: true }));

const streams = [
  { Server: TCPServer, family: AF_INET, address: inet },
  { Server: TCP6Server, family: AF_INET6, address: inet6 },
  { Server: UnixStreamServer, family: AF_UNIX, address: path },
  { Server: AsyncTCPServer, family: AF_INET, address: inet },
  { Server: AsyncUnixStreamServer, family: AF_UNIX, address: path },
];

const datagrams = [
  { Server: UDPServer, family: AF_INET, address: inet },
  { Server: UDP6Server, family: AF_INET6, address: inet6 },
  { Server: UnixDatagramServer, family: AF_UNIX, address: path },
  { Server: AsyncUDPServer, family: AF_INET, address: inet },
  { Server: AsyncUnixDatagramServer, family: AF_UNIX, address: path },
];

const descriptors = (): number => readdirSync('/proc/self/fd').length;
let before = 0;
beforeEach(() => {
  before = descriptors();
});
afterEach(() => expect(descriptors()).toBe(before));

async function exchange(family: number, address: Address, text: string): Promise<string> {
  using client = new Socket(family, SOCK_STREAM);
  await client.connect(address);
  await client.sendall(text);
  client.shutdown(1);
  await using file = client.makefile('r');
  return String(await file.read());
}

async function exchangePacket(family: number, address: Address, text: string): Promise<string> {
  using client = new Socket(family, SOCK_DGRAM);
  if (family === AF_UNIX) client.bind(path());
  await client.sendto(text, address);
  return String(await client.recv(8192));
}

describe.each(streams)('$Server.name', ({ Server, family, address }) => {
  test('serves one client after another and ends on shutdown', async () => {
    const server = new Server(address(), UpperLines);
    const serving = server.serveForever();
    for (const text of ['hello\n', 'one\ntwo\nthree', '']) {
      expect(await exchange(family, server.serverAddress, text)).toBe(text.toUpperCase());
    }
    server.shutdown();
    await serving;
    await server.serverClose();
    expect(server.fileno()).toBe(-1);
  });

  test('handleRequest serves exactly one', async () => {
    await using server = new Server(address(), UpperLines);
    const handled = server.handleRequest();
    const answer = exchange(family, server.serverAddress, 'once\n');
    await handled;
    expect(await answer).toBe('ONCE\n');
  });

  test('shutdown before serving lasts, and may be called any number of times', async () => {
    await using server = new Server(address(), UpperLines);
    server.shutdown();
    server.shutdown();
    await server.serveForever();
    await server.serveForever();
    server.shutdown();
  });

  test('handleTimeout is called when nothing comes in time', async () => {
    let timeouts = 0;
    class Patient extends Server {
      override handleTimeout(): void {
        timeouts++;
      }
    }
    await using server = new Patient(address(), UpperLines);
    server.timeout = 0.01;
    await server.handleRequest();
    expect(timeouts).toBe(1);
  });

  test('shutdown from a handler ends serving after that request', async () => {
    class Last extends UpperLines {
      override async handle(): Promise<void> {
        this.server.shutdown();
        await super.handle();
      }
    }
    await using server = new Server(address(), Last);
    const serving = server.serveForever();
    expect(await exchange(family, server.serverAddress, 'bye\n')).toBe('BYE\n');
    await serving;
  });
});

describe.each(datagrams)('$Server.name', ({ Server, family, address }) => {
  test('answers packets and ends on shutdown', async () => {
    const server = new Server(address(), UpperPacket);
    const serving = server.serveForever();
    for (const text of ['hello', 'one\ntwo\n', 'x'.repeat(8192)]) {
      expect(await exchangePacket(family, server.serverAddress, text)).toBe(text.toUpperCase());
    }
    server.shutdown();
    await serving;
    await server.serverClose();
  });

  test('an empty packet is a request too', async () => {
    await using server = new Server(address(), UpperPacket);
    const handled = server.handleRequest();
    expect(await exchangePacket(family, server.serverAddress, '')).toBe('');
    await handled;
  });

  test('handleTimeout is called when nothing comes in time', async () => {
    let timeouts = 0;
    class Patient extends Server {
      override handleTimeout(): void {
        timeouts++;
      }
    }
    await using server = new Patient(address(), UpperPacket);
    server.timeout = 0.01;
    await server.handleRequest();
    expect(timeouts).toBe(1);
  });
});
