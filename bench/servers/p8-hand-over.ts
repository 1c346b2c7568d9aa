/**
 * How long a connection takes from `accept` to its handler. Its argument is the kind, `threading` or `forking`; it has one thread or process. For
 * each line of its input it prints the median in microseconds of what it has handled since the last, and forgets that.
 */
import { SharedMemory } from '@p8/multiprocessing';
import type { Address, Socket } from '@p8/socket';
import { BaseRequestHandler, ForkingTCPServer, ThreadingTCPServer } from '@p8/socketserver';
import { isMain } from '@p8/threading';
import { announce } from './announce.ts';

const MOST = 65_536;
const [, , kind = 'threading'] = process.argv;

/** Times in memory that all have: when the last connection was accepted, how many were handled, how long each took. */
class Times {
  readonly memory: SharedMemory;
  #words: Float64Array | undefined;

  constructor(memory: SharedMemory) {
    this.memory = memory;
  }

  get words(): Float64Array {
    return (this.#words ??= new Float64Array(this.memory.buf.buffer));
  }

  accepted(): void {
    this.words[0] = now();
  }

  handled(): void {
    const count = this.words[1]!;
    this.words[2 + (count % MOST)] = now() - this.words[0]!;
    this.words[1] = count + 1;
  }

  /** The median, in microseconds. */
  take(): number {
    const taken = this.words.slice(2, 2 + Math.min(this.words[1]!, MOST)).sort();
    this.words[1] = 0;
    return (taken[Math.floor(taken.length / 2)] ?? Number.NaN) * 1e6;
  }
}

/** The same clock for all processes. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

let times: Times | undefined;

export class Noting extends BaseRequestHandler<Socket, ThreadingServer | ForkingServer> {
  override async handle(): Promise<void> {
    (times ??= new Times(this.server.memory)).handled();
    await this.request.sendall(await this.request.recv(1));
  }
}

export class ThreadingServer extends ThreadingTCPServer {
  static override maxThreads = 1;
  readonly memory: SharedMemory = new SharedMemory({ create: true, size: 8 * (2 + MOST) });
  override processRequest(request: Socket, clientAddress: Address): Promise<void> {
    times?.accepted();
    return super.processRequest(request, clientAddress);
  }
}

export class ForkingServer extends ForkingTCPServer {
  static override maxChildren = 1;
  readonly memory: SharedMemory = new SharedMemory({ create: true, size: 8 * (2 + MOST) });
  override processRequest(request: Socket, clientAddress: Address): Promise<void> {
    times?.accepted();
    return super.processRequest(request, clientAddress);
  }
}

if (isMain(import.meta)) {
  const server = new (kind === 'threading' ? ThreadingServer : ForkingServer)(['127.0.0.1', 0], Noting);
  times = new Times(server.memory);
  process.stdin.on('data', () => console.log(times?.take()));
  announce(Number(server.serverAddress[1]));
  await server.serveForever();
}
