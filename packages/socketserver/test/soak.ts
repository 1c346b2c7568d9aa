/**
 * Idle and active connections on a concurrent server for a while, with threads that are lost meanwhile; then what is left.
 *
 *     node -C @p8/source packages/socketserver/test/soak.ts SERVER SECONDS IDLE ACTIVE [SECONDS BETWEEN LOSSES]
 *
 * SERVER is `async` or `threading`. Clients live in a child process, so that each side has its descriptors for itself. Prints one
 * line of JSON, and ends with 1 if an answer was wrong or missing without a reason, or if anything has grown.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isMain } from '@p8/threading';
import { AsyncTCPServer, StreamRequestHandler, ThreadingTCPServer } from '../src/index.ts';
import { socketCount } from './sockets.ts';

/** Answers in upper case; at `exit` its thread ends, with all that it has. */
export class Soaked extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) {
      if (String(line) === 'exit\n') process.exit(1);
      await this.wfile.write(String(line).toUpperCase());
    }
  }
}

export class AsyncSoakServer extends AsyncTCPServer {
  static override requestQueueSize = 4096;
  override handleError(): void {}
}

export class ThreadingSoakServer extends ThreadingTCPServer {
  static override requestQueueSize = 4096;
  override handleError(): void {}
}

if (isMain(import.meta)) process.exitCode = await soak(process.argv.slice(2));

async function soak([kind, seconds, idle, active, losses = '0']: string[]): Promise<number> {
  const Server = kind === 'threading' ? ThreadingSoakServer : AsyncSoakServer;
  await using server = new Server(['127.0.0.1', 0], Soaked);
  const serving = server.serveForever();
  const clients = fileURLToPath(new URL('soak-clients.ts', import.meta.url));
  const args = [String(server.serverAddress[1]), seconds!, idle!, active!, losses];
  const child = spawn(process.execPath, ['-C', '@p8/source', clients, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const samples: { readonly sockets: number; readonly mebibytes: number }[] = [];
  let result = '';
  child.stdout.on('data', (data: Buffer) => {
    result += String(data);
    // the clients say when all are connected, and when a round is over
    samples.push({ sockets: socketCount(), mebibytes: process.memoryUsage().rss / 2 ** 20 });
  });
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  server.shutdown();
  await serving;
  const { requests, errors } = server.statistics();
  const told = JSON.parse(result.trimEnd().split('\n').at(-1)!) as { wrong: number; answers: number };
  const [first, last] = [samples[1] ?? samples[0]!, samples.at(-2) ?? samples.at(-1)!];
  const grown = losses === '0' && last.sockets > first.sockets;
  console.log(JSON.stringify({ kind, ...told, requests, errors, first, last, grown }));
  return status === 0 && told.wrong === 0 && !grown ? 0 : 1;
}
