/** V1: four servers on one BaseServer, and the four that fork, each answering one request; the diagram of their inheritance. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, socket } from '@p8/socket';
import type { Address } from '@p8/socket';
import {
  BaseServer,
  DatagramRequestHandler,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '@p8/socketserver';
import { isMain } from '@p8/threading';

export class UpperLine extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(String(await this.rfile.readline()).toUpperCase());
  }
}

export class UpperPacket extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(String(await this.rfile.readline()).toUpperCase());
  }
}

const path = (name: string): string => join(folder, name);
let folder = '';

if (isMain(import.meta)) {
  for (const type of [TCPServer, UnixStreamServer, UDPServer, UnixDatagramServer]) console.log(lineage(type));
  folder = mkdtempSync(join(tmpdir(), 'p8-v1-'));
  for (const Server of [TCPServer, ForkingTCPServer]) {
    await show(new Server(['localhost', 0], UpperLine), AF_INET, SOCK_STREAM);
  }
  for (const Server of [UDPServer, ForkingUDPServer]) {
    await show(new Server(['localhost', 0], UpperPacket), AF_INET, SOCK_DGRAM);
  }
  for (const Server of [UnixStreamServer, ForkingUnixStreamServer]) {
    await show(new Server(path(Server.name), UpperLine), AF_UNIX, SOCK_STREAM);
  }
  for (const Server of [UnixDatagramServer, ForkingUnixDatagramServer]) {
    await show(new Server(path(Server.name), UpperPacket), AF_UNIX, SOCK_DGRAM);
  }
  rmSync(folder, { recursive: true });
}

/** `BaseServer -> TCPServer -> …`, read from the prototypes. */
function lineage(type: { readonly name: string }): string {
  const parent = Object.getPrototypeOf(type) as { readonly name: string };
  return type === BaseServer ? type.name : `${lineage(parent)} -> ${type.name}`;
}

async function show(server: TCPServer | UDPServer, family: number, type: number): Promise<void> {
  await using _closed = server;
  const handled = server.handleRequest();
  console.log(`${server.constructor.name}: ${await ask(server.serverAddress, family, type)}`);
  await handled;
}

async function ask(address: Address, family: number, type: number): Promise<string> {
  using client = socket(family, type);
  if (family === AF_UNIX && type === SOCK_DGRAM) client.bind('');
  await client.connect(address);
  await client.sendall('hello\n');
  return String(await client.recv(1024)).trim();
}
