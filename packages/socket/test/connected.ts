/** Connected pairs of each kind of stream, and folders for unix sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AF_INET, AF_INET6, createServer, Socket, socketpair } from '../src/index.ts';
import type { InternetAddress } from '../src/index.ts';

/** Two ends of a TCP connection on the loopback interface. */
export function tcpPair(family: number = AF_INET): [Socket, Socket] {
  using listener = createServer([family === AF_INET ? '127.0.0.1' : '::1', 0], { family });
  const client = new Socket(family);
  client.connectSync(listener.getsockname());
  return [client, listener.acceptSync()[0]];
}

export const streams: readonly (readonly [name: string, open: () => [Socket, Socket]])[] = [
  ['TCP over IPv4', () => tcpPair(AF_INET)],
  ['TCP over IPv6', () => tcpPair(AF_INET6)],
  ['unix stream', () => socketpair()],
];

/** The port of a bound socket. */
export function portOf(sock: Socket): number {
  return (sock.getsockname() as InternetAddress)[1];
}

/** A port that nobody listens on: it was free a moment ago. */
export function freePort(type?: number): number {
  using sock = new Socket(AF_INET, type);
  sock.bind(['127.0.0.1', 0]);
  return portOf(sock);
}

/** A folder of its own, removed at the end of the scope. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'p8-socket-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
