/**
 * What a thread of a server does: takes requests and handles them, in its event loop, until there will be no more. Handlers that
 * await share the thread; one that blocks has it to itself, and the others go to threads that are free.
 *
 *     bell ──▶ claim ──▶ processRequestThread ──┬─▶ finished slot
 *      ▲                                        └─ an error ─▶ failures ─▶ finished slot, tell
 *      └── rung again, if more wait than this thread should take
 */
import { RuntimeError, TimeoutError } from '@p8/errors';
import type { Address, Seconds, Socket } from '@p8/socket';
import type { SimpleQueue } from '@p8/threading';
import { Bell } from './bell.ts';
import type { BellEnds } from './bell.ts';
import { setHome } from './home.ts';
import { LentSocket } from './lent-socket.ts';
import type { Lending } from './lent-socket.ts';
import { unpackRequest } from './request-codec.ts';
import { RequestTable, Wish } from './request-table.ts';

/** An error of a request, by the request's number, on its way to the server. */
export type Failure = readonly [id: number, error: unknown];

/** The server's image in the thread. */
export interface ThreadServer {
  processRequestThread(request: unknown, clientAddress: Address): Promise<void>;
}

/** What a thread gets of its server. */
export interface Employment {
  readonly memory: SharedArrayBuffer;
  readonly place: number;
  readonly bell: BellEnds;
  readonly failures: SimpleQueue<Failure>;
  readonly server: ThreadServer;
  readonly requestTimeout: Seconds | null;
  /** Of a server of packets: what to answer on. */
  readonly answering: Lending | null;
}

/** How long a thread leaves a request to those that have less to do, in milliseconds. */
const POLITENESS = 1;
/** The same for threads that are still booting: connections that stay would all stay with the first thread. */
const BOOT = 100;
/** How long what has ended well may remain unknown to a server that sleeps, in milliseconds. */
const REPORT_DELAY = 10;

export class RequestLoop {
  readonly #table: RequestTable;
  readonly #place: number;
  readonly #bell: Bell;
  readonly #failures: SimpleQueue<Failure>;
  readonly #server: ThreadServer;
  readonly #answering: LentSocket | undefined;
  readonly #timeout: Seconds | null;
  readonly #requests = new Set<Promise<void>>();
  #reporting = false;

  constructor({ memory, place, bell, failures, server, requestTimeout, answering }: Employment) {
    this.#table = new RequestTable(memory);
    this.#place = place;
    this.#bell = new Bell(this.#table, bell);
    this.#failures = failures;
    this.#server = server;
    this.#timeout = requestTimeout;
    this.#answering = answering === null ? undefined : new LentSocket(answering);
    Object.defineProperty(server, 'socket', { get: () => this.#socket });
    setHome(server, {
      shutdown: () => this.#table.wish(Wish.shutdown),
      serverClose: () => this.#table.wish(Wish.close),
    });
  }

  async run(): Promise<void> {
    this.#table.arrive(this.#place);
    await this.#takeRequests();
    await Promise.all(this.#requests);
    this.#table.tell();
    this.#answering?.giveBack();
    this.#bell.close();
  }

  get #socket(): Socket {
    if (this.#answering !== undefined) return this.#answering;
    throw new RuntimeError('the socket of a server that listens stays in the thread that serves; see serverAddress');
  }

  async #takeRequests(): Promise<void> {
    const table = this.#table;
    const place = this.#place;
    for (;;) {
      while (!table.isFull(place) && table.isFirst(place) && this.#begin());
      if (table.closed) break;
      if (table.isFull(place)) await Promise.race(this.#requests);
      else if (table.waiting > 0) await this.#leaveToOthers();
      else await this.#rest();
    }
    // it was silenced for this thread only
    this.#bell.ring();
  }

  /** Waits until somebody is needed. */
  async #rest(): Promise<void> {
    await this.#bell.heard();
    if (this.#table.isFirst(this.#place) || this.#table.waiting === 0) this.#bell.silence();
  }

  /** Gives those that have less to do the time to come; they may be stuck. */
  async #leaveToOthers(): Promise<void> {
    this.#bell.ring();
    const wait = this.#table.isBooting ? BOOT : POLITENESS;
    await new Promise((resume) => setTimeout(resume, wait));
    if (!this.#table.isFull(this.#place)) this.#begin();
  }

  /** Begins with the oldest request. Comes back: false if there is none. */
  #begin(): boolean {
    const slot = this.#table.claim(this.#place);
    if (slot < 0) return false;
    if (this.#table.hurry) this.#table.tell();
    const handling = this.#handle(slot);
    this.#requests.add(handling);
    void handling.finally(() => this.#requests.delete(handling));
    return true;
  }

  async #handle(slot: number): Promise<void> {
    const content = this.#table.read(slot);
    let request: unknown;
    try {
      const [unpacked, clientAddress] = unpackRequest(content, this.#answering);
      request = unpacked;
      await inTime(this.#server.processRequestThread(request, clientAddress), this.#timeout);
    } catch (error) {
      // the server has an error to handle, and the connection to end
      if (request instanceof LentSocket && !request.closed) request.giveBack();
      this.#send([content.id, error]);
      this.#table.finish(this.#place, slot, false);
      this.#table.tell();
      return;
    }
    this.#table.finish(this.#place, slot, true);
    this.#report();
  }

  #send([id, error]: Failure): void {
    try {
      this.#failures.put([id, error]);
    } catch (unsent) {
      const reason = `a handler failed with something that cannot be sent to its server: ${(unsent as Error).message}`;
      this.#failures.put([id, new RuntimeError(reason)]);
    }
  }

  /** A server that sleeps is not woken for each: the connection has been ended here. */
  #report(): void {
    if (this.#table.hurry) return this.#table.tell();
    if (this.#reporting) return;
    this.#reporting = true;
    setTimeout(() => {
      this.#reporting = false;
      this.#table.tell();
    }, REPORT_DELAY);
  }
}

/** What the promise comes to; raises TimeoutError after a time limit, and leaves the promise alone. */
async function inTime(promise: Promise<void>, limit: Seconds | null): Promise<void> {
  if (limit === null) return await promise;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(requestTimedOut(limit)), limit * 1000);
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error of a request that takes too long. */
export function requestTimedOut(limit: Seconds): TimeoutError {
  return new TimeoutError(`the handler was not done after ${limit} s (requestTimeout)`);
}
