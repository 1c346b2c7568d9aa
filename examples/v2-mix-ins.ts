/** V2: the mix-ins and the classes made with them: what each stands on, and in which process and thread it handles a request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentProcess } from '@p8/multiprocessing';
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, socket } from '@p8/socket';
import type { Address } from '@p8/socket';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  BaseServer,
  DatagramRequestHandler,
  ForkingMixIn,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
  StreamRequestHandler,
  TCPServer,
  ThreadingMixIn,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from '@p8/socketserver';
import type { UDPServer } from '@p8/socketserver';
import { currentThread, isMain } from '@p8/threading';

export class Where extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(`${currentProcess().name}, ${currentThread().name}`);
  }
}

export class WherePacket extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(`${currentProcess().name}, ${currentThread().name}`);
  }
}

/** A server of one's own, and the mix-in on it: one word. */
export class QuietServer extends TCPServer {
  override handleError(): void {}
}

export class ThreadingQuietServer extends ThreadingMixIn(QuietServer) {}

export class ForkingQuietServer extends ForkingMixIn(QuietServer) {}

if (isMain(import.meta)) {
  const folder = mkdtempSync(join(tmpdir(), 'p8-v2-'));
  for (const Server of [
    AsyncTCPServer,
    ThreadingTCPServer,
    ForkingTCPServer,
    ThreadingQuietServer,
    ForkingQuietServer,
  ]) {
    await show(new Server(['localhost', 0], Where), AF_INET, SOCK_STREAM);
  }
  for (const Server of [AsyncUDPServer, ThreadingUDPServer, ForkingUDPServer]) {
    await show(new Server(['localhost', 0], WherePacket), AF_INET, SOCK_DGRAM);
  }
  for (const Server of [AsyncUnixStreamServer, ThreadingUnixStreamServer, ForkingUnixStreamServer]) {
    await show(new Server(join(folder, Server.name), Where), AF_UNIX, SOCK_STREAM);
  }
  for (const Server of [AsyncUnixDatagramServer, ThreadingUnixDatagramServer, ForkingUnixDatagramServer]) {
    await show(new Server(join(folder, Server.name), WherePacket), AF_UNIX, SOCK_DGRAM);
  }
  rmSync(folder, { recursive: true });
}

async function show(server: TCPServer | UDPServer, family: number, type: number): Promise<void> {
  const serving = server.serveForever();
  console.log(`${lineage(server.constructor)}: ${await ask(server.serverAddress, family, type)}`);
  await server.serverClose();
  await serving;
}

/** `BaseServer -> TCPServer -> …`, read from the prototypes. */
function lineage(type: Function): string {
  return type === BaseServer ? type.name : `${lineage(Object.getPrototypeOf(type) as Function)} -> ${type.name}`;
}

async function ask(address: Address, family: number, type: number): Promise<string> {
  using client = socket(family, type);
  if (family === AF_UNIX && type === SOCK_DGRAM) client.bind('');
  await client.connect(address);
  await client.sendall('where?');
  return String(await client.recv(1024));
}
