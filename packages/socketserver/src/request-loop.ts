/**
 * What a member of a server's crew does, in a thread or a process of its own: takes requests and handles them, in its event loop, until
 * there will be no more. Handlers that await share it; one that blocks has it to itself, and the others go to members that are free.
 *
 *     queue ──▶ claim ──▶ handler ──┬─▶ finished slot
 *                                   └─ an error ─▶ report to the server
 */
import { OSError, RuntimeError, TimeoutError } from '@p8/errors';
import type { Connection } from '@p8/multiprocessing';
import { closeFd, Socket } from '@p8/socket';
import type { Address, Seconds } from '@p8/socket';
import { setHome } from './home.ts';
import { LentSocket } from './lent-socket.ts';
import { unpackRequest } from './request-codec.ts';
import type { Arrived } from './request-codec.ts';
import type { Delivery, RequestQueue } from './request-queue.ts';
import type { RequestTable } from './request-table.ts';

/** What a member says to its server: look at the table; do this; the request of this number failed. */
export type Report = null | 'shutdown' | 'serverClose' | readonly [id: number, error: unknown];

/** The number of no request: the member itself failed. */
export const OWN = 0;

/** What a member needs, wherever it is. */
export interface Equipment {
  readonly table: RequestTable;
  readonly place: number;
  readonly queue: RequestQueue;
  /** To the server. */
  readonly line: Connection<unknown, Report>;
  /** The server's image here. */
  readonly server: object;
  /** Of a server of packets: what to answer on. */
  readonly answering: Socket | undefined;
  readonly requestTimeout: Seconds | null;
  /** After how many requests it leaves. */
  readonly mostRequests: number;
}

/** How long what has ended well may remain unknown to a server that sleeps, in milliseconds. */
const REPORT_DELAY = 10;

export class RequestLoop {
  readonly #at: Equipment;
  readonly #handle: (request: unknown, clientAddress: Address) => Promise<void>;
  readonly #requests = new Set<Promise<void>>();
  #isLeaving = false;
  #taken = 0;
  #reporting = false;

  /** @param handle the life of one request */
  constructor(equipment: Equipment, handle: (request: unknown, clientAddress: Address) => Promise<void>) {
    this.#at = equipment;
    this.#handle = handle;
    const { server } = equipment;
    Object.defineProperty(server, 'socket', { get: () => this.#socket });
    setHome(server, {
      shutdown: () => void this.#say('shutdown'),
      serverClose: () => void this.#say('serverClose'),
    });
  }

  /** Resolves when there are no more requests, or it has left, and those in hand have ended. */
  async run(): Promise<void> {
    const { table, place } = this.#at;
    table.arrive(place);
    await this.#takeRequests();
    await Promise.all(this.#requests);
    await this.#say(null);
  }

  /** Takes no more requests. */
  leave(): void {
    const { table, place, queue } = this.#at;
    this.#isLeaving = true;
    table.leave(place);
    queue.stop();
  }

  get #socket(): Socket {
    if (this.#at.answering !== undefined) return this.#at.answering;
    throw new RuntimeError('the socket of a server that listens stays where it serves; see serverAddress');
  }

  async #takeRequests(): Promise<void> {
    const { table, place, queue } = this.#at;
    while (!this.#isLeaving) {
      if (table.isFull(place)) await Promise.race(this.#requests);
      else {
        const next = await queue.next();
        if (next === undefined) return;
        this.#begin(next);
      }
    }
  }

  #begin(delivery: Delivery): void {
    const { table, place, queue, answering, mostRequests } = this.#at;
    const arrived = unpackRequest(delivery, queue.withDescriptors, answering);
    table.take(place);
    if (!table.claim(place, arrived.slot, arrived.id)) {
      if (delivery[1] !== undefined) closeFd(delivery[1]);
      return;
    }
    if (table.hurry) void this.#say(null);
    if (++this.#taken >= mostRequests) this.leave();
    const handling = this.#live(arrived);
    this.#requests.add(handling);
    void handling.finally(() => this.#requests.delete(handling));
  }

  async #live({ slot, id, clientAddress, ...arrived }: Arrived): Promise<void> {
    const { table, place, requestTimeout } = this.#at;
    let request: unknown;
    try {
      request = arrived.request();
      await inTime(this.#handle(request, clientAddress), requestTimeout);
    } catch (error) {
      // the server has an error to handle, and the connection to end
      letGo(request);
      await this.#fail(id, error);
      table.finish(place, slot, false);
      return;
    }
    table.finish(place, slot, true);
    this.#report();
  }

  /** A server that sleeps is not woken for each: the connection has been ended here. */
  #report(): void {
    if (this.#at.table.hurry) return void this.#say(null);
    if (this.#reporting) return;
    this.#reporting = true;
    setTimeout(() => {
      this.#reporting = false;
      void this.#say(null);
    }, REPORT_DELAY);
  }

  async #fail(id: number, error: unknown): Promise<void> {
    try {
      await this.#say([id, error]);
    } catch (unsent) {
      const reason = `a handler failed with something that cannot be sent to its server: ${(unsent as Error).message}`;
      await this.#say([id, new RuntimeError(reason)]);
    }
  }

  /** A server that has gone hears nothing. */
  async #say(report: Report): Promise<void> {
    try {
      await this.#at.line.send(report);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
    }
  }
}

/** Without ending the connection. */
function letGo(request: unknown): void {
  if (request instanceof LentSocket) request.giveBack();
  else if (request instanceof Socket) request.close();
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
