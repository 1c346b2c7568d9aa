/** Servers and handlers for threads and processes, which import them from here. */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { ValueError } from '@p8/errors';
import { Lock, Queue } from '@p8/multiprocessing';
import { createConnection, SHUT_WR } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import { getIdent } from '@p8/threading';
import {
  BaseRequestHandler,
  BaseServer,
  ForkingMixIn,
  ForkingTCPServer,
  StreamRequestHandler,
  TCPServer,
  ThreadingMixIn,
  ThreadingTCPServer,
} from '../src/index.ts';

export const anyPort = ['127.0.0.1', 0] as const;

/** What it says to a server, and the answer. */
export async function answer(address: Address, text = ''): Promise<string> {
  using client = await createConnection(address);
  await client.sendall(text);
  client.shutdown(SHUT_WR);
  await using file = client.makefile('r');
  return String(await file.read());
}

export class BadRequest extends ValueError {
  readonly reason: string;

  constructor(reason: string) {
    super(`a request that is ${reason}`);
    this.reason = reason;
  }
}

/** The process and its thread. */
export function whereabouts(): string {
  return `${process.pid}/${getIdent()}`;
}

/** A server whose requests are handled by a crew; as far as the suite needs it. */
// oxlint-disable typescript/no-explicit-any -- the language asks a mix-in for a constructor of any arguments
type CrewServerClass = new (...args: any[]) => TCPServer & { blockOnClose: boolean; readonly activeRequests: number };

export interface Listening {
  readonly errors: unknown[];
  readonly homes: Set<string>;
}

/** Remembers its errors, and where it heard of them. */
function listening<Base extends CrewServerClass>(Base: Base): Base & (new (...args: any[]) => Listening) {
  return class extends Base implements Listening {
    static maxThreads = 3;
    static maxChildren = 3;
    readonly errors: unknown[] = [];
    readonly homes = new Set<string>();

    override handleError(_request: Socket, _clientAddress: Address, error: unknown): void {
      this.errors.push(error);
      this.homes.add(whereabouts());
    }

    override getState(): Record<string, unknown> {
      return { ...super.getState(), errors: [], homes: new Set() };
    }
  };
}

export const ListeningThreads = listening(ThreadingTCPServer);
export const ListeningProcesses = listening(ForkingTCPServer);

/** Does what the first line of its client says, and answers with where it did. */
export class Obedient extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const word = String(await this.rfile.readline()).trim();
    if (word === 'raise') throw new BadRequest('bad');
    if (word === 'raise what cannot be sent') throw Object.assign(new Error('odd'), { f: Symbol('x') });
    if (word === 'throw a function') throw () => 'nobody can send this';
    if (word === 'exit') process.exit(3);
    if (word === 'kill') process.kill(process.pid, 'SIGKILL');
    if (word === 'hang') await new Promise(() => {});
    if (word === 'spin') for (;;);
    if (word === 'net') {
      const socket = this.connection.toNet();
      await new Promise<void>((sent) => socket.end('net', sent));
      return;
    }
    if (word === 'close') {
      this.request.close();
      await new Promise(() => {});
    }
    if (word === 'use up descriptors') {
      const all = everyDescriptor();
      await this.wfile.write('used up');
      await this.rfile.readline();
      all.forEach(closeSync);
    }
    if (word === 'close the server') await this.server.serverClose();
    await this.wfile.write(`${word} in ${whereabouts()}`);
  }
}

/** As many as the process may still have. */
function everyDescriptor(): number[] {
  const all: number[] = [];
  try {
    for (;;) all.push(openSync('/dev/null', 'r'));
  } catch {
    return all;
  }
}

/** Blocks until its client has said a line. */
export class Blocking extends BaseRequestHandler {
  override handle(): void {
    const line = this.request.recvUntilSync('\n');
    this.request.sendallSync(`${String(line).trim()} in ${whereabouts()}`);
  }
}

export class ImpatientThreads extends ListeningThreads {
  static override requestTimeout = 0.3;
}

export class ImpatientProcesses extends ListeningProcesses {
  static override requestTimeout = 0.3;
}

export class OneEachThread extends ListeningThreads {
  static override requestsPerThread = 1;
}

export class OneEachProcess extends ListeningProcesses {
  static override requestsPerChild = 1;
}

export class LonelyThread extends ListeningThreads {
  static override maxThreads = 1;
}

export class LonelyProcess extends ListeningProcesses {
  static override maxChildren = 1;
}

export class NarrowThread extends LonelyThread {
  static override requestsPerThread = 1;
  static override maxQueued = 1;
  static override whenFull: 'wait' | 'refuse' = 'refuse';
}

export class NarrowProcess extends LonelyProcess {
  static override requestsPerChild = 1;
  static override maxQueued = 1;
  static override whenFull: 'wait' | 'refuse' = 'refuse';
}

export class PatientThread extends NarrowThread {
  static override whenFull = 'wait' as const;
}

export class PatientProcess extends NarrowProcess {
  static override whenFull = 'wait' as const;
}

/** A server whose processes end after two requests each. */
export class ShortLived extends LonelyProcess {
  static override maxRequestsPerChild = 2;
}

/** Says which of its steps was called, and whether that was where it serves. */
class Telling extends TCPServer {
  readonly home: string = whereabouts();
  log = '';

  say(step: string): void {
    appendFileSync(this.log, `${step} ${whereabouts() === this.home ? 'at home' : 'elsewhere'}\n`);
  }
  override verifyRequest(request: Socket, clientAddress: Address): boolean | Promise<boolean> {
    this.say('verifyRequest');
    return super.verifyRequest(request, clientAddress);
  }
  override finishRequest(request: Socket, clientAddress: Address): Promise<void> {
    this.say('finishRequest');
    return super.finishRequest(request, clientAddress);
  }
  override shutdownRequest(request: Socket): void | Promise<void> {
    this.say('shutdownRequest');
    return super.shutdownRequest(request);
  }
  override closeRequest(request: Socket): void | Promise<void> {
    this.say('closeRequest');
    return super.closeRequest(request);
  }
  override handleError(): void {
    this.say('handleError');
  }
}

export class TellingThreads extends ThreadingMixIn(Telling) {
  override processRequest(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequest');
    return super.processRequest(request, clientAddress);
  }
  override processRequestThread(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequestThread');
    return super.processRequestThread(request, clientAddress);
  }
}

export class TellingProcesses extends ForkingMixIn(Telling) {
  override processRequest(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequest');
    return super.processRequest(request, clientAddress);
  }
  override processRequestChild(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequestChild');
    return super.processRequestChild(request, clientAddress);
  }
}

export class Saying extends StreamRequestHandler<Telling & TCPServer> {
  override async handle(): Promise<void> {
    this.server.say(`handle by ${this.server.constructor.name}`);
    if (String(await this.rfile.readline()) === 'raise') throw new BadRequest('bad');
  }
}

/** A server without sockets, whose handlers write what they come to into a file. */
class Numbers extends BaseServer<number> {
  #next = 0;
  log = '';
  override getRequest(): Promise<[number, Address]> {
    return Promise.resolve([this.#next++, '']);
  }
}

export class ThreadingNumbers extends ThreadingMixIn(Numbers) {}

export class ForkingNumbers extends ForkingMixIn(Numbers) {}

export class Doubling extends BaseRequestHandler<number, ThreadingNumbers | ForkingNumbers> {
  override handle(): void {
    appendFileSync(this.server.log, `${2 * this.request}\n`);
    if (this.request === 9) this.server.shutdown();
  }
}

/** A field that nobody else can have. */
export class UnsendableToThreads extends ThreadingTCPServer {
  readonly log = (): void => {};
}

export class UnsendableToProcesses extends ForkingTCPServer {
  readonly log = (): void => {};
}

/** What its processes put into the queue, one at a time, the server gets out of it. */
export class Sharing extends ForkingTCPServer {
  readonly lock: Lock = new Lock();
  readonly queue: Queue<string> = new Queue();
}

export class Putting extends StreamRequestHandler<Sharing> {
  override async handle(): Promise<void> {
    const line = String(await this.rfile.readline());
    await this.server.lock.with(() => this.server.queue.put(line));
  }
}
