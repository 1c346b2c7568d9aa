/** A thread of a server. */
import { Connection } from '@p8/multiprocessing';
import type { Seconds } from '@p8/socket';
import { Thread } from '@p8/threading';
import type { WorkerLostError } from '@p8/threading';
import { LentSocket } from './lent-socket.ts';
import type { Lending } from './lent-socket.ts';
import type { Employment, Member, Trade } from './member.ts';
import { RequestLoop } from './request-loop.ts';
import { RequestQueue } from './request-queue.ts';
import { RequestTable } from './request-table.ts';
import type { ThreadingServer } from './threading-mixin.ts';

/** The fields travel to the thread. */
export class ServerThread extends Thread implements Member {
  readonly memory: SharedArrayBuffer;
  readonly place: number;
  readonly server: ThreadingServer;
  readonly incoming: Lending;
  readonly room: number;
  readonly far: Lending;
  readonly answering: Lending | null;
  readonly requestTimeout: Seconds | null;
  readonly mostRequests: number;
  readonly #end = Promise.withResolvers<unknown>();

  constructor({ memory, place, server, incoming, room, far, answering, ...limits }: Employment<SharedArrayBuffer>) {
    // what keeps the program alive are requests, not threads that have none
    super({ name: `${server.constructor.name}-${place + 1}`, daemon: true });
    this.memory = memory;
    this.place = place;
    this.server = server as ThreadingServer;
    this.incoming = LentSocket.lend(incoming);
    this.room = room;
    this.far = LentSocket.lend(far);
    this.answering = answering === undefined ? null : LentSocket.lend(answering);
    this.requestTimeout = limits.requestTimeout;
    this.mostRequests = limits.mostRequests;
  }

  get end(): Promise<unknown> {
    return this.#end.promise;
  }

  override async run(): Promise<void> {
    const { memory, place, server, room, requestTimeout, mostRequests } = this;
    const incoming = new LentSocket(this.incoming);
    const far = new LentSocket(this.far);
    const answering = this.answering === null ? undefined : new LentSocket(this.answering);
    const table = new RequestTable(memory);
    const queue = new RequestQueue(incoming, { room, withDescriptors: false });
    const line = new Connection<unknown, never>(far);
    const equipment = { table, place, queue, line, server, answering, requestTimeout, mostRequests };
    try {
      await new RequestLoop(equipment, (...request) => server.processRequestThread(...request)).run();
    } finally {
      for (const socket of [incoming, far, answering]) socket?.giveBack();
    }
  }

  override afterEnd(loss: WorkerLostError | null): void {
    this.#end.resolve(
      loss ??
        this.join().then(
          () => null,
          (error: unknown) => error,
        ),
    );
  }
}

/** Members that are threads. */
export const threads: Trade<SharedArrayBuffer, ServerThread> = {
  sharesDescriptors: true,
  allocate: (bytes) => new SharedArrayBuffer(bytes),
  bufferOf: (memory) => memory,
  hire(employment) {
    const thread = new ServerThread(employment);
    thread.start();
    return thread;
  },
};
