/**
 * One suite over every server class and family. After CPython's Lib/test/test_socketserver.py, in words of our own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Address, AF_INET, AF_INET6, AF_UNIX, SHUT_WR, SOCK_DGRAM, SOCK_STREAM, Socket } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from './index.ts';
import { Last, UpperLines, UpperPacket } from '../test/handlers.ts';
import * as servers from '../test/servers.ts';
import { socketCount } from '../test/sockets.ts';

const folder = mkdtempSync(join(tmpdir(), 'p8-servers-'));
let paths = 0;
const path = (): string => join(folder, `s${paths++}`);
const inet = (): Address => ['127.0.0.1', 0];
const inet6 = (): Address => ['::1', 0];
afterAll(() => rmSync(folder, { recursive: true }));

const { ForkingTCP6Server, ForkingUDP6Server, TCP6Server, ThreadingTCP6Server, ThreadingUDP6Server, UDP6Server } =
  servers;

const streams = [
  { Server: TCPServer, Patient: servers.PatientTCP, family: AF_INET, address: inet },
  { Server: TCP6Server, Patient: servers.PatientTCP6, family: AF_INET6, address: inet6 },
  { Server: UnixStreamServer, Patient: servers.PatientUnixStream, family: AF_UNIX, address: path },
  { Server: AsyncTCPServer, Patient: servers.PatientAsyncTCP, family: AF_INET, address: inet },
  { Server: AsyncUnixStreamServer, Patient: servers.PatientAsyncUnixStream, family: AF_UNIX, address: path },
  { Server: ThreadingTCPServer, Patient: servers.PatientThreadingTCP, family: AF_INET, address: inet },
  { Server: ThreadingTCP6Server, Patient: servers.PatientThreadingTCP6, family: AF_INET6, address: inet6 },
  { Server: ThreadingUnixStreamServer, Patient: servers.PatientThreadingUnixStream, family: AF_UNIX, address: path },
  { Server: ForkingTCPServer, Patient: servers.PatientForkingTCP, family: AF_INET, address: inet },
  { Server: ForkingTCP6Server, Patient: servers.PatientForkingTCP6, family: AF_INET6, address: inet6 },
  { Server: ForkingUnixStreamServer, Patient: servers.PatientForkingUnixStream, family: AF_UNIX, address: path },
];

const datagrams = [
  { Server: UDPServer, Patient: servers.PatientUDP, family: AF_INET, address: inet },
  { Server: UDP6Server, Patient: servers.PatientUDP6, family: AF_INET6, address: inet6 },
  { Server: UnixDatagramServer, Patient: servers.PatientUnixDatagram, family: AF_UNIX, address: path },
  { Server: AsyncUDPServer, Patient: servers.PatientAsyncUDP, family: AF_INET, address: inet },
  { Server: AsyncUnixDatagramServer, Patient: servers.PatientAsyncUnixDatagram, family: AF_UNIX, address: path },
  { Server: ThreadingUDPServer, Patient: servers.PatientThreadingUDP, family: AF_INET, address: inet },
  { Server: ThreadingUDP6Server, Patient: servers.PatientThreadingUDP6, family: AF_INET6, address: inet6 },
  {
    Server: ThreadingUnixDatagramServer,
    Patient: servers.PatientThreadingUnixDatagram,
    family: AF_UNIX,
    address: path,
  },
  { Server: ForkingUDPServer, Patient: servers.PatientForkingUDP, family: AF_INET, address: inet },
  { Server: ForkingUDP6Server, Patient: servers.PatientForkingUDP6, family: AF_INET6, address: inet6 },
  {
    Server: ForkingUnixDatagramServer,
    Patient: servers.PatientForkingUnixDatagram,
    family: AF_UNIX,
    address: path,
  },
];

let before = 0;
beforeEach(() => {
  before = socketCount();
});
// threads and processes let go of what they had a moment after the last request; a spare process may be there or not
afterEach(() => vi.waitUntil(() => socketCount() <= before + 1, { timeout: 30_000 }));

async function exchange(family: number, address: Address, text: string): Promise<string> {
  using client = new Socket(family, SOCK_STREAM);
  await client.connect(address);
  await client.sendall(text);
  client.shutdown(SHUT_WR);
  await using file = client.makefile('r');
  return String(await file.read());
}

async function exchangePacket(family: number, address: Address, text: string): Promise<string> {
  using client = new Socket(family, SOCK_DGRAM);
  if (family === AF_UNIX) client.bind(path());
  await client.sendto(text, address);
  return String(await client.recv(8192));
}

describe.each(streams)('$Server.name', ({ Server, Patient, family, address }) => {
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
    await using server = new Patient(address(), UpperLines);
    server.timeout = 0.01;
    await server.handleRequest();
    expect(server).toHaveProperty('timeouts', 1);
  });

  test('shutdown from a handler ends serving after that request', async () => {
    await using server = new Server(address(), Last);
    const serving = server.serveForever();
    expect(await exchange(family, server.serverAddress, 'bye\n')).toBe('BYE\n');
    await serving;
  });
});

describe.each(datagrams)('$Server.name', ({ Server, Patient, family, address }) => {
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
    await using server = new Patient(address(), UpperPacket);
    server.timeout = 0.01;
    await server.handleRequest();
    expect(server).toHaveProperty('timeouts', 1);
  });
});
