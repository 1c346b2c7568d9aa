/**
 * The threads of a server, as the server sees them: gives them requests, learns how those ended, and replaces threads that went
 * away. See `request-table.ts` for the drawing.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { OSError, suppress } from '@p8/errors';
import { SHUT_RDWR, SOCK_DGRAM } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import { SimpleQueue } from '@p8/threading';
import type { WorkerLostError } from '@p8/threading';
import { Bell } from './bell.ts';
import { LentSocket } from './lent-socket.ts';
import { packRequest } from './request-codec.ts';
import type { HeldRequest } from './request-codec.ts';
import { requestTimedOut } from './request-loop.ts';
import type { Failure, ThreadServer } from './request-loop.ts';
import { RequestTable, Wish } from './request-table.ts';
import { ServerThread } from './server-thread.ts';
import type { ThreadingOptions } from './threading-mixin.ts';

/** The server, as its threads' crew needs it. */
export interface Employer extends ThreadServer {
  shutdown(): void;
  serverClose(): Promise<void>;
}

/** What the server's class says of its threads: see `ThreadingOptions`. */
export type Terms = Pick<
  ThreadingOptions,
  'daemonThreads' | 'maxThreads' | 'maxQueued' | 'requestsPerThread' | 'requestTimeout'
>;

/** What only the server itself may do. */
export interface Reaction {
  /** Handles the error of a request, and ends that. */
  requestFailed(request: unknown, clientAddress: Address, error: unknown): Promise<void>;
  /** No thread can handle anything, for this reason. */
  cannotServe(error: unknown): void;
}

/** How a crew is laid out. */
export interface Layout {
  readonly listener: Socket | undefined;
  readonly slots: number;
  /** Of the largest request, with its address. */
  readonly bytes: number;
}

/** How long a request waits before another thread is started although as many as processors are at work, in milliseconds. */
const IMPATIENCE = 10;
/** How long a thread may fail to notice itself that a request has ended, in milliseconds. */
const GRACE = 1000;

interface Held extends HeldRequest {
  readonly id: number;
  /** It took too long, and its thread was ended for that. */
  overdue: boolean;
}

export class Crew {
  readonly #server: Employer;
  readonly #terms: Terms;
  readonly #reaction: Reaction;
  readonly #listener: Socket | undefined;
  /** Of a server of packets: the socket that threads answer on, which outlives the server's own. */
  readonly #answering: Socket | undefined;
  readonly #table: RequestTable;
  readonly #bell: Bell;
  readonly #failures = new SimpleQueue<Failure>();
  readonly #threads: (ServerThread | undefined)[];
  /** How many of each place's reports have been read. */
  readonly #read: number[];
  readonly #free: number[];
  /** Requests in the table, by slot. */
  readonly #held = new Map<number, Held>();
  readonly #slotOf = new Map<number, number>();
  /** Keeps the program alive while there are requests. */
  readonly #keeper: MessagePort = new MessageChannel().port1;
  #ids = 0;
  #impatient: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #dropping = false;
  #waitedFor = false;
  #over = false;

  constructor(server: Employer, terms: Terms, reaction: Reaction, { listener, slots, bytes }: Layout) {
    const { maxThreads, requestsPerThread } = terms;
    this.#server = server;
    this.#terms = terms;
    this.#reaction = reaction;
    this.#listener = listener;
    this.#answering = listener?.type === SOCK_DGRAM ? listener.dup() : undefined;
    this.#table = new RequestTable({ slots, bytes, threads: maxThreads, requestsPerThread });
    this.#bell = new Bell(this.#table);
    this.#threads = Array.from({ length: maxThreads });
    this.#read = Array.from({ length: maxThreads }, () => 0);
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
    this.#keeper.unref();
    try {
      this.#startThread();
    } catch (error) {
      this.#end();
      throw error;
    }
    void this.#listen();
  }

  /** Whether another request may come. */
  get hasRoom(): boolean {
    return this.#free.length > 0 && this.#table.waiting < this.#terms.maxQueued;
  }

  /** Resolves when there may be room. */
  async waitForRoom(): Promise<void> {
    this.#table.hurry = true;
    // what was taken before that is not told
    if (!this.hasRoom) await this.#changed.promise;
  }

  /** How many requests wait or are being handled. */
  get size(): number {
    return this.#held.size;
  }

  get queued(): number {
    return this.#table.waiting;
  }

  /** What each thread does and did. */
  get threads(): { name: string; active: number; requests: number; errors: number }[] {
    return this.#threads.flatMap((thread, place) =>
      thread === undefined
        ? []
        : [{ name: thread.name, active: this.#table.activeOf(place), ...this.#table.countsOf(place) }],
    );
  }

  /** Gives a request to the first thread that is free. Raises what `packRequest` raises. */
  give(request: unknown, clientAddress: Address): void {
    this.#collect();
    const [content, held] = packRequest(request, clientAddress, this.#listener, this.#table.room);
    const slot = this.#free.pop()!;
    const id = (this.#ids = (this.#ids + 1) | 0);
    this.#held.set(slot, { ...held, id, overdue: false });
    if (this.#held.size === 1) this.#keepAlive();
    this.#slotOf.set(id, slot);
    this.#table.publish(slot, { ...content, id });
    this.#bell.ring();
    if (this.#allBusy() && this.#count() < availableParallelism()) this.#startThread();
    this.#watchQueue();
    this.#watchTime();
  }

  /** Ends the requests in hand, and takes back those that wait; and the threads of handlers that go on all the same. */
  drop(): void {
    this.#dropping = true;
    setTimeout(() => this.#threads.forEach((thread) => thread?.terminate()), GRACE).unref();
    for (const [slot, { connection }] of this.#held) {
      if (this.#table.withdraw(slot)) this.#conclude(slot);
      // the number must stay taken until the thread has let go of it
      else if (connection !== undefined) suppress(OSError, () => connection.shutdown(SHUT_RDWR));
    }
  }

  /**
   * Lets the threads end when they have no request any more. Resolves when they have; keeps the program alive for that if
   * `wait` says so.
   */
  async close(wait: boolean): Promise<void> {
    this.#waitedFor = wait;
    this.#table.close();
    this.#table.hurry = true;
    this.#bell.ring();
    clearTimeout(this.#impatient);
    this.#keepAlive();
    if (this.#table.waiting === 0) this.#endBooting();
    while (this.#count() > 0 || this.#held.size > 0) await this.#changed.promise;
    this.#end();
  }

  #endBooting(): void {
    this.#threads.forEach((thread, place) => {
      if (!this.#table.hasArrived(place)) thread?.terminate();
    });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#watch);
    this.#keeper.close();
    this.#bell.close();
    this.#answering?.close();
    this.#table.tell();
  }

  /** Hears what threads say, as long as there are any. */
  async #listen(): Promise<void> {
    while (!this.#over) {
      const known = this.#table.news;
      this.#collect();
      this.#obey(this.#table.takeWish());
      await this.#takeFailures();
      this.#change();
      if (known === this.#table.news) await this.#table.waitForNews(known);
    }
  }

  #obey(wish: number): void {
    if (wish === Wish.shutdown) this.#server.shutdown();
    else if (wish === Wish.close) void this.#server.serverClose();
  }

  /** Lets go of what threads have handled. */
  #collect(): void {
    for (let place = 0; place < this.#threads.length; place++) {
      if (this.#threads[place] === undefined) continue;
      while (this.#read[place] !== this.#table.reported(place)) {
        const { slot, well } = this.#table.report(place, this.#read[place]!);
        this.#read[place] = (this.#read[place]! + 1) | 0;
        if (well) this.#conclude(slot);
      }
    }
  }

  async #takeFailures(): Promise<void> {
    while (this.#failures.qsize() > 0) {
      const [id, error] = await this.#failures.get();
      const slot = this.#slotOf.get(id);
      if (slot !== undefined) await this.#fail(slot, error);
    }
  }

  async #fail(slot: number, error: unknown): Promise<void> {
    const held = this.#held.get(slot)!;
    this.#slotOf.delete(held.id);
    try {
      if (!this.#dropping) await this.#reaction.requestFailed(held.request, held.clientAddress, error);
    } finally {
      this.#conclude(slot);
    }
  }

  #conclude(slot: number): void {
    const held = this.#held.get(slot)!;
    held.connection?.close();
    this.#held.delete(slot);
    this.#slotOf.delete(held.id);
    this.#table.free(slot);
    this.#free.push(slot);
    if (this.#held.size === 0) this.#keepAlive();
    this.#change();
  }

  /** Requests keep the program alive, but not those of daemons; threads without any do not. */
  #keepAlive(): void {
    if (this.#waitedFor || (this.#held.size > 0 && !this.#terms.daemonThreads)) this.#keeper.ref();
    else this.#keeper.unref();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    this.#table.hurry = this.#table.closed;
  }

  #count(): number {
    return this.#threads.filter((thread) => thread !== undefined).length;
  }

  /** Whether each thread that there is has something to do. One that is still booting has not. */
  #allBusy(): boolean {
    return this.#threads.every((thread, place) => thread === undefined || this.#table.activeOf(place) > 0);
  }

  #startThread(): void {
    const place = this.#threads.indexOf(undefined);
    if (place < 0) return;
    this.#table.reset(place);
    this.#read[place] = 0;
    const thread = new ServerThread(
      {
        memory: this.#table.memory,
        place,
        bell: this.#bell.ends,
        failures: this.#failures,
        server: this.#server,
        requestTimeout: this.#terms.requestTimeout,
        answering: this.#answering === undefined ? null : LentSocket.lend(this.#answering),
      },
      (loss) => void this.#gone(place, thread, loss),
    );
    thread.start();
    this.#threads[place] = thread;
  }

  async #gone(place: number, thread: ServerThread, loss: WorkerLostError | null): Promise<void> {
    this.#collect();
    const arrived = this.#table.hasArrived(place);
    const lost = [...this.#held].filter(([slot]) => this.#table.isClaimedBy(slot, place));
    const error = loss ?? (await thread.join().catch((failure: unknown) => failure));
    this.#threads[place] = undefined;
    this.#table.vacate(place);
    // it may have had the bell in its hand
    this.#table.silence();
    await this.#takeFailures();
    for (const [slot, { id, overdue }] of lost) {
      if (this.#held.get(slot)?.id !== id) continue;
      await this.#fail(slot, overdue ? requestTimedOut(this.#terms.requestTimeout!) : error);
    }
    if (this.#table.closed && this.#table.waiting === 0) return this.#change();
    if (!arrived) return this.#giveUp(error);
    this.#startThread();
    this.#bell.ring();
  }

  /** Threads that end before they take requests would do so again. */
  #giveUp(error: unknown): void {
    this.drop();
    this.#reaction.cannotServe(error);
    this.#change();
  }

  /** Starts another thread when nobody takes requests: all are stuck in handlers that block or compute. */
  #watchQueue(): void {
    if (this.#impatient !== undefined || this.#count() === this.#threads.length) return;
    const { taken } = this.#table;
    this.#impatient = setTimeout(() => {
      this.#impatient = undefined;
      if (this.#table.waiting === 0 || this.#over) return;
      if (this.#table.taken === taken && this.#allArrived()) this.#startThread();
      this.#watchQueue();
    }, IMPATIENCE);
    this.#impatient.unref();
  }

  #allArrived(): boolean {
    return this.#threads.every((thread, place) => thread === undefined || this.#table.hasArrived(place));
  }

  /** Ends threads that do not notice themselves that a request has taken too long. */
  #watchTime(): void {
    const limit = this.#terms.requestTimeout;
    if (limit === null || this.#watch !== undefined) return;
    this.#watch = setTimeout(
      () => {
        this.#watch = undefined;
        this.#endOverdue(Date.now() - limit * 1000 - GRACE);
        if (this.#held.size > 0) this.#watchTime();
      },
      limit * 1000 + GRACE,
    );
    this.#watch.unref();
  }

  #endOverdue(latest: number): void {
    this.#collect();
    for (const [slot, held] of this.#held) {
      const holder = this.#table.holderOf(slot);
      if (holder === undefined || holder.since > latest) continue;
      held.overdue = true;
      this.#threads[holder.thread]?.terminate();
    }
  }
}
