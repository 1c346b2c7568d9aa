/**
 * Idle and active connections on a concurrent server for a while, with members of its crew that are lost meanwhile; then what is left.
 *
 *     ulimit -n 16384
 *     scripts/dev node -C @p8/source packages/socketserver/test/soak.ts KIND SECONDS IDLE ACTIVE [SECONDS BETWEEN LOSSES]
 *
 * KIND is `async`, `threading` or `forking`: a thread is lost by `process.exit` in a handler, a process by SIGKILL. The full soak is
 * 600 seconds, 10000 idle and 500 active connections, and for the last two kinds a loss each second. Clients live in a child process, so
 * that each side has its descriptors for itself. Prints one line of JSON, on stderr
 * how it goes, and ends with 1 if an answer was wrong, a connection was lost
 * that no lost member had, or descriptors or memory have grown.
 */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMain, WorkerLostError } from '@p8/threading';
import { AsyncTCPServer, ForkingTCPServer, StreamRequestHandler, ThreadingTCPServer } from '../src/index.ts';
import { answer } from './crew.ts';
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

/** Requests that their members took with them, and other errors, which there should not be. */
const errors = { lost: 0, others: 0 };

function count(error: unknown): void {
  if (error instanceof WorkerLostError) errors.lost++;
  else {
    errors.others++;
    console.error(error);
  }
}

export class AsyncSoakServer extends AsyncTCPServer {
  static override requestQueueSize = 4096;
  override handleError(_request: unknown, _clientAddress: unknown, error: unknown): void {
    count(error);
  }
}

export class ThreadingSoakServer extends ThreadingTCPServer {
  static override requestQueueSize = 4096;
  override handleError(_request: unknown, _clientAddress: unknown, error: unknown): void {
    count(error);
  }
}

export class ForkingSoakServer extends ForkingTCPServer {
  static override requestQueueSize = 4096;
  override handleError(_request: unknown, _clientAddress: unknown, error: unknown): void {
    count(error);
  }
}

const servers = { async: AsyncSoakServer, threading: ThreadingSoakServer, forking: ForkingSoakServer };
/** How much more memory is no growth: a share of what there was, and what a collection may leave, in MiB. */
const SHARE = 0.25;
const SLACK = 48;
/** Sockets of a process without requests: to its server, its requests, and what keeps it company. */
const MOST_IN_CHILD = 12;
/** How long what was closed may take to be gone, in milliseconds. */
const PATIENCE = 30_000;

if (isMain(import.meta)) process.exitCode = await soak(process.argv.slice(2));

async function soak([kind, seconds, idle, active, losses = '0']: string[]): Promise<number> {
  const Server = servers[kind as keyof typeof servers];
  const before = socketCount();
  const server = new Server(['127.0.0.1', 0], Soaked);
  const serving = server.serveForever();
  await answer(server.serverAddress, 'hello\n');
  const clients = fileURLToPath(new URL('soak-clients.ts', import.meta.url));
  const exits = kind === 'threading' ? losses : '0';
  const args = [String(server.serverAddress[1]), seconds!, idle!, active!, exits];
  const child = spawn(process.execPath, ['-C', '@p8/source', clients, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const mebibytes: number[] = [];
  let result = '';
  let killing: NodeJS.Timeout | undefined;
  child.stdout.on('data', (data: Buffer) => {
    result += String(data);
    process.stderr.write(String(data));
    // the clients say when all are connected, how it goes, and when they come to an end
    if (result.includes('over\n')) clearInterval(killing);
    else if (server instanceof ForkingSoakServer && losses !== '0') killing ??= killOften(server, Number(losses));
    mebibytes.push(Math.round(process.memoryUsage().rss / 2 ** 20));
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(killing);
  const told = JSON.parse(result.trimEnd().split('\n').at(-1)!) as { wrong: number; lost: number; answers: number };
  await until(() => server.statistics().active === 0);
  const inChildren = server instanceof ForkingSoakServer ? [...server.activeChildren].map(socketCount) : [];
  server.shutdown();
  await serving;
  await server.serverClose();
  // but for the one of a spare process
  await until(() => socketCount() <= before + 1);
  const after = socketCount();
  const { requests } = server.statistics();
  const [first, last] = [mebibytes[Math.floor(mebibytes.length / 3)]!, mebibytes.at(-1)!];
  const grown = after > before + 1 || Math.max(0, ...inChildren) > MOST_IN_CHILD || last > first * (1 + SHARE) + SLACK;
  const unexplained = Math.max(0, told.lost - errors.lost);
  console.log(
    JSON.stringify({
      kind,
      ...told,
      requests,
      errors,
      unexplained,
      sockets: { before, after, inChildren },
      mebibytes,
      grown,
    }),
  );
  return status === 0 && told.wrong + unexplained + errors.others === 0 && !grown ? 0 : 1;
}

/** Kills one process of a server again and again, if another is at work: clients would else measure how long it takes to start one. */
function killOften(server: ForkingSoakServer, between: number): NodeJS.Timeout {
  return setInterval(() => {
    const working = server.statistics().children.filter(({ active }) => active > 0);
    const child = working[Math.floor(Math.random() * working.length)];
    if (working.length > 1) process.kill(child!.pid, 'SIGKILL');
  }, between * 1000);
}

async function until(condition: () => boolean): Promise<void> {
  const latest = Date.now() + PATIENCE;
  while (!condition() && Date.now() < latest) await delay(50);
}
