/** A process of a server. */
import { Connection, Process } from '@p8/multiprocessing';
import { makeSegment } from '@p8/multiprocessing/engine';
import type { Segment } from '@p8/multiprocessing/engine';
import type { Seconds, Socket } from '@p8/socket';
import { WorkerLostError } from '@p8/threading';
import type { ForkingServer } from './forking-mixin.ts';
import type { Employment, Member, Trade } from './member.ts';
import { OWN, RequestLoop } from './request-loop.ts';
import type { Report } from './request-loop.ts';
import { RequestQueue } from './request-queue.ts';
import { RequestTable } from './request-table.ts';

/** The fields travel to the process; the server follows on the line, so that what is wrong there can be told. */
export class ServerProcess extends Process implements Member {
  readonly memory: Segment;
  readonly place: number;
  readonly incoming: Socket;
  readonly room: number;
  readonly far: Socket;
  readonly answering: Socket | null;
  readonly requestTimeout: Seconds | null;
  readonly mostRequests: number;
  readonly #silent: Promise<unknown>;
  #id = 0;

  /** @param silent resolves when nothing more can come from it */
  constructor(
    { memory, place, server, incoming, room, far, answering, ...limits }: Employment<Segment>,
    silent: Promise<unknown>,
  ) {
    // what keeps the program alive are requests, not processes that have none
    super({ name: `${server.constructor.name}-${place + 1}`, daemon: true });
    this.memory = memory;
    this.place = place;
    this.incoming = incoming;
    this.room = room;
    this.far = far;
    // a socket that is sent is closed here
    this.answering = answering?.dup() ?? null;
    this.requestTimeout = limits.requestTimeout;
    this.mostRequests = limits.mostRequests;
    this.#silent = silent;
  }

  /** Its process id, also when it has gone. */
  get id(): number {
    return this.#id;
  }

  override start(): void {
    try {
      super.start();
      this.#id = this.pid!;
    } catch (error) {
      this.answering?.close();
      throw error;
    }
  }

  get end(): Promise<unknown> {
    return this.#end();
  }

  override async run(): Promise<void> {
    const { memory, place, incoming, room, requestTimeout, mostRequests } = this;
    const answering = this.answering ?? undefined;
    const line = new Connection<ForkingServer, Report>(this.far);
    const table = new RequestTable(memory.buffer);
    const queue = new RequestQueue(incoming, { room, withDescriptors: true });
    try {
      const server = await line.recv();
      const equipment = { table, place, queue, line, server, answering, requestTimeout, mostRequests };
      const loop = new RequestLoop(equipment, (...request) => server.processRequestChild(...request));
      // the server ends by itself, and its requests before
      process.on('SIGINT', () => {}).on('SIGTERM', () => loop.leave());
      await loop.run();
    } catch (error) {
      await line.send([OWN, error]);
    }
  }

  override terminate(): void {
    this.kill();
  }

  async #end(): Promise<WorkerLostError> {
    await this.#silent;
    await this.join();
    const exitcode = this.exitcode!;
    this.close();
    const how = exitcode < 0 ? `was ended by signal ${-exitcode}` : `has exited with ${exitcode}`;
    return new WorkerLostError(`${this.name} ${how}`, { exitcode });
  }
}

/** Members that are processes. */
export const processes: Trade<Segment, ServerProcess> = {
  sharesDescriptors: false,
  allocate: (bytes) => makeSegment(bytes),
  bufferOf: ({ buffer }) => buffer,
  hire(employment, line, silent) {
    const child = new ServerProcess(employment, silent);
    child.start();
    try {
      line.sendSync(employment.server);
    } catch (error) {
      child.kill();
      void child.end;
      throw error;
    }
    return child;
  },
};
