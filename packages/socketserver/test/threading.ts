/** Servers and handlers for threads, which import them from here. */
import { ValueError } from '@p8/errors';
import { createConnection, SHUT_WR } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import { getIdent, Lock, SimpleQueue } from '@p8/threading';
import {
  BaseRequestHandler,
  BaseServer,
  StreamRequestHandler,
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

/** Remembers its errors, and in which thread it heard of them. */
export class Listening extends ThreadingTCPServer {
  static override maxThreads = 3;
  readonly errors: unknown[] = [];
  readonly idents = new Set<number>();

  override handleError(_request: Socket, _clientAddress: Address, error: unknown): void {
    this.errors.push(error);
    this.idents.add(getIdent());
  }

  override getState(): Record<string, unknown> {
    return { ...super.getState(), errors: [], idents: new Set() };
  }
}

/** Does what the first line of its client says, and answers with its thread. */
export class Obedient extends StreamRequestHandler<Listening> {
  override async handle(): Promise<void> {
    const word = String(await this.rfile.readline()).trim();
    if (word === 'raise') throw new BadRequest('bad');
    if (word === 'raise what cannot be sent') throw Object.assign(new Error('odd'), { f: Symbol('x') });
    if (word === 'throw a function') throw () => 'nobody can send this';
    if (word === 'exit') process.exit(3);
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
    if (word === 'close the server') await this.server.serverClose();
    await this.wfile.write(`${word} in ${getIdent()}`);
  }
}

/** Blocks its thread until its client has said a line. */
export class Blocking extends BaseRequestHandler {
  override handle(): void {
    const line = this.request.recvUntilSync('\n');
    this.request.sendallSync(`${String(line).trim()} in ${getIdent()}`);
  }
}

export class ImpatientServer extends Listening {
  static override requestTimeout = 0.3;
}

export class OneEach extends Listening {
  static override requestsPerThread = 1;
}

export class Lonely extends Listening {
  static override maxThreads = 1;
}

export class Narrow extends Listening {
  static override maxThreads = 1;
  static override requestsPerThread = 1;
  static override maxQueued = 1;
  static override whenFull = 'refuse' as const;
}

export class Patient extends Narrow {
  static override whenFull = 'wait' as never;
}

/** Each step says that it was called, and in which thread. */
export class Telling extends ThreadingTCPServer {
  readonly steps = new SimpleQueue<string>();
  readonly lock = new Lock();
  readonly home = getIdent();

  say(step: string): void {
    this.steps.put(`${step} ${getIdent() === this.home ? 'at home' : 'in a thread'}`);
  }
  override verifyRequest(request: Socket, clientAddress: Address): boolean | Promise<boolean> {
    this.say('verifyRequest');
    return super.verifyRequest(request, clientAddress);
  }
  override processRequest(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequest');
    return super.processRequest(request, clientAddress);
  }
  override processRequestThread(request: Socket, clientAddress: Address): Promise<void> {
    this.say('processRequestThread');
    return super.processRequestThread(request, clientAddress);
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

export class Saying extends StreamRequestHandler<Telling> {
  override async handle(): Promise<void> {
    this.server.lock.withSync(() => this.server.say(`handle by ${this.server.constructor.name}`));
    if (String(await this.rfile.readline()) === 'raise') throw new BadRequest('bad');
  }
}

/** A server without sockets. */
class Numbers extends BaseServer<number> {
  #next = 0;
  override getRequest(): Promise<[number, Address]> {
    return Promise.resolve([this.#next++, '']);
  }
}

export class ThreadingNumbers extends ThreadingMixIn(Numbers) {
  readonly results = new SimpleQueue<number>();
}

export class Doubling extends BaseRequestHandler<number, ThreadingNumbers> {
  override handle(): void {
    this.server.results.put(2 * this.request);
    if (this.request === 9) this.server.shutdown();
  }
}

/** A field that no thread can have. */
export class Unsendable extends ThreadingTCPServer {
  readonly log = (): void => {};
}
