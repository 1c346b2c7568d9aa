/** A thread of a server. */
import type { Seconds } from '@p8/socket';
import { Thread } from '@p8/threading';
import type { SimpleQueue, WorkerLostError } from '@p8/threading';
import type { BellEnds } from './bell.ts';
import type { Lending } from './lent-socket.ts';
import { RequestLoop } from './request-loop.ts';
import type { Employment, Failure, ThreadServer } from './request-loop.ts';

/** The fields travel to the thread. */
export class ServerThread extends Thread implements Employment {
  readonly memory: SharedArrayBuffer;
  readonly place: number;
  readonly bell: BellEnds;
  readonly failures: SimpleQueue<Failure>;
  readonly server: ThreadServer;
  readonly requestTimeout: Seconds | null;
  readonly answering: Lending | null;
  readonly #gone: (loss: WorkerLostError | null) => void;

  /** @param gone called when it has ended, with the loss if its worker went away */
  constructor(employment: Employment, gone: (loss: WorkerLostError | null) => void) {
    // what keeps the program alive are requests, not threads that have none
    super({ name: `${employment.server.constructor.name}-${employment.place + 1}`, daemon: true });
    this.memory = employment.memory;
    this.place = employment.place;
    this.bell = employment.bell;
    this.failures = employment.failures;
    this.server = employment.server;
    this.requestTimeout = employment.requestTimeout;
    this.answering = employment.answering;
    this.#gone = gone;
  }

  override async run(): Promise<void> {
    await new RequestLoop(this).run();
  }

  override afterEnd(loss: WorkerLostError | null): void {
    this.#gone(loss);
  }
}
