/**
 * The threads or processes of a server, its crew, as the server sees it: gives requests to them, learns how those ended, and
 * replaces members that went away.
 *
 *     give() ──▶ dispatcher.ts ── a packet ──▶ request-queue.ts ──▶ request-loop.ts, in each member
 *       │ who has it: request-table.ts
 *     errors, news ◀── a line from each member
 *
 * Every connection stays open here until its member has ended with it, so that what a member leaves can be ended properly.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { OSError, suppress } from '@p8/errors';
import { Connection } from '@p8/multiprocessing';
import { SHUT_RDWR, SOCK_DGRAM, socketpair } from '@p8/socket';
import type { Address, Socket } from '@p8/socket';
import { WorkerLostError } from '@p8/threading';
import { Dispatcher } from './dispatcher.ts';
import type { Member, MemberStatistics, Trade } from './member.ts';
import { Recurring } from './recurring.ts';
import { packRequest } from './request-codec.ts';
import type { HeldRequest } from './request-codec.ts';
import { OWN, requestTimedOut } from './request-loop.ts';
import type { Report } from './request-loop.ts';
import { RequestTable, tableBytes } from './request-table.ts';
import type { Employer, Layout, Reaction, Terms } from './terms.ts';

/** How often it looks after requests that wait, in milliseconds. */
const LOOK = 2;
/** How many looks find nobody taking requests before another member is started although as many as processors are at work. */
const PATIENCE = 5;
/** How long a member may fail to notice itself that a request has ended, in milliseconds. */
const GRACE = 1000;
/** signal(7): nobody does it to himself. */
const SIGKILL = 9;
const PROCESSORS = availableParallelism();
const LARGEST_ID = 2 ** 31 - 1;

interface Held extends HeldRequest {
  readonly id: number;
  /** It took too long, and its member was ended for that. */
  overdue: boolean;
}

export class Crew<Kind extends Member> {
  readonly #server: Employer;
  readonly #terms: Terms;
  readonly #reaction: Reaction;
  readonly #layout: Layout;
  readonly #start: (place: number) => Kind;
  readonly #sharesDescriptors: boolean;
  readonly #table: RequestTable;
  readonly #dispatcher: Dispatcher;
  /** Of a server of packets: the socket that members answer on, which outlives the server's own. */
  readonly #answering: Socket | undefined;
  readonly #members: (Kind | undefined)[];
  readonly #free: number[];
  /** Requests in the table, by slot. */
  readonly #held = new Map<number, Held>();
  /** Of those that have not failed. */
  readonly #slotOf = new Map<number, number>();
  /** Keeps the program alive while there are requests. */
  readonly #keeper: MessagePort = new MessageChannel().port1;
  /** How many members there are. */
  #count = 0;
  #ids = 0;
  readonly #looking: Recurring = new Recurring(LOOK, () => this.#look());
  readonly #watch: Recurring | undefined;
  /** How many requests had been claimed at the last look, and how many looks ago that began to be so. */
  #claimed = 0;
  #looks = 0;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #roomAwaited = false;
  #closing = false;
  #dropping = false;
  #waitedFor = false;
  #over = false;

  constructor(server: Employer, trade: Trade<unknown, Kind>, terms: Terms, reaction: Reaction, layout: Layout) {
    const { most: places, requestsPerMember, requestTimeout } = terms;
    const { listener, slots } = layout;
    const size = { slots, places, requestsPerMember };
    this.#server = server;
    this.#terms = terms;
    this.#reaction = reaction;
    this.#layout = layout;
    this.#sharesDescriptors = trade.sharesDescriptors;
    const memory = trade.allocate(tableBytes(size));
    this.#table = new RequestTable(trade.bufferOf(memory), size);
    this.#dispatcher = new Dispatcher(this.#table, places, (slot, error) => this.#unsent(slot, error));
    this.#answering = listener?.type === SOCK_DGRAM ? listener.dup() : undefined;
    this.#members = Array.from({ length: places });
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
    this.#keeper.unref();
    if (requestTimeout !== null) {
      const limit = requestTimeout * 1000 + GRACE;
      this.#watch = new Recurring(limit, () => this.#endOverdue(limit));
    }
    this.#start = (place) => this.#hire(place, trade, memory);
    try {
      this.#startMember();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Whether another request may come; what has ended is let go before that is denied. */
  get hasRoom(): boolean {
    if (this.#free.length === 0) this.#collect();
    return this.#free.length > 0 && this.#table.waiting < this.#terms.maxQueued;
  }

  /** Resolves when there may be room. */
  async waitForRoom(): Promise<void> {
    this.#roomAwaited = true;
    this.#hurry();
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

  /** Those that there are. */
  get members(): Kind[] {
    return this.#members.filter((member) => member !== undefined);
  }

  get statistics(): (MemberStatistics & { readonly member: Kind })[] {
    return this.#members.flatMap((member, place) =>
      member === undefined
        ? []
        : [{ member, name: member.name, active: this.#table.activeOf(place), ...this.#table.countsOf(place) }],
    );
  }

  /** Gives a request to a member. Raises what `packRequest` raises. */
  give(request: unknown, clientAddress: Address): void {
    const { listener, room } = this.#layout;
    const slot = this.#free.at(-1)!;
    const id = (this.#ids % LARGEST_ID) + 1;
    const { bytes, held } = packRequest([slot, id], request, clientAddress, listener, room);
    this.#free.pop();
    this.#ids = id;
    this.#held.set(slot, { ...held, id, overdue: false });
    if (this.#held.size === 1) this.#keepAlive();
    this.#slotOf.set(id, slot);
    this.#table.publish(slot, id);
    // one is kept in reserve
    if (this.#count < PROCESSORS && this.#unoccupied() <= this.#table.waiting) this.#startMember();
    this.#dispatcher.give({ slot, bytes, fd: this.#sharesDescriptors ? undefined : held.connection?.fileno() });
    this.#hurry();
    this.#looking.start();
    this.#watch?.start();
    // closing what has ended takes longer than all this
    this.#collect();
  }

  /** Ends the requests in hand, and takes back those that wait; and the members whose handlers go on all the same. */
  drop(): void {
    this.#dropping = true;
    setTimeout(() => this.members.forEach((member) => member.terminate()), GRACE).unref();
    for (const [slot, { id, connection }] of this.#held) {
      if (this.#table.withdraw(slot, id)) this.#conclude(slot);
      // the number must stay taken until the member has let go of it
      else if (connection !== undefined) suppress(OSError, () => connection.shutdown(SHUT_RDWR));
    }
  }

  /**
   * Lets the members end when there are no requests any more. Resolves when they have; keeps the program alive for that if
   * `wait` says so.
   */
  async close(wait: boolean): Promise<void> {
    this.#waitedFor = wait;
    this.#closing = true;
    this.#hurry();
    this.#keepAlive();
    this.#collect();
    while (this.#held.size > 0) await this.#changed.promise;
    this.#dispatcher.closeAll();
    this.#members.forEach((member, place) => {
      if (!this.#table.hasArrived(place)) member?.terminate();
    });
    while (this.#count > 0) await this.#changed.promise;
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch?.stop();
    this.#looking.stop();
    this.#keeper.close();
    this.#dispatcher.closeAll();
    this.#answering?.close();
  }

  #unsent(slot: number, error: unknown): void {
    if (this.#table.withdraw(slot, this.#held.get(slot)!.id)) void this.#fail(slot, error);
  }

  /** Hears what a member says, as long as it can. Comes back: why it ends, if it said so. Does not keep the program alive. */
  async #hear(line: Connection<Report, unknown>): Promise<unknown> {
    let reason: unknown;
    try {
      for await (const report of line) {
        if (Array.isArray(report) && report[0] === OWN) reason = report[1];
        else this.#take(report);
      }
    } catch {
      // it went away in the middle of a word
    }
    return reason;
  }

  #take(report: Report): void {
    if (report === null) {
      this.#collect();
      this.#dispatcher.catchUp();
      this.#change();
    } else if (typeof report === 'string') void this.#server[report]();
    else {
      const [id, error] = report;
      const slot = this.#slotOf.get(id);
      if (slot !== undefined) void this.#fail(slot, error);
    }
  }

  /** Lets go of what members have handled. */
  #collect(): void {
    this.#table.takeFinished((slot) => this.#conclude(slot));
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
    this.#dispatcher.forget(slot);
    held.connection?.close();
    this.#held.delete(slot);
    this.#slotOf.delete(held.id);
    this.#table.free(slot);
    this.#free.push(slot);
    if (this.#held.size === 0) this.#keepAlive();
    this.#change();
  }

  /** Requests keep the program alive, but not those of daemons; members without any do not. */
  #keepAlive(): void {
    if (this.#waitedFor || (this.#held.size > 0 && !this.#terms.daemon)) this.#keeper.ref();
    else this.#keeper.unref();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    this.#roomAwaited = false;
    this.#hurry();
  }

  /** Lets members know whether what they do is waited for. */
  #hurry(): void {
    this.#table.hurry = this.#closing || this.#roomAwaited || this.#dispatcher.isBehind;
  }

  /** How many members have nothing to do, those that are still booting too. */
  #unoccupied(): number {
    let count = 0;
    this.#members.forEach((member, place) => {
      if (member !== undefined && this.#table.activeOf(place) === 0) count++;
    });
    return count;
  }

  #startMember(): void {
    const place = this.#members.indexOf(undefined);
    if (place < 0) return;
    this.#table.reset(place);
    this.#members[place] = this.#start(place);
    this.#count++;
  }

  #hire<Memory>(place: number, trade: Trade<Memory, Kind>, memory: Memory): Kind {
    const { requestTimeout, mostRequests } = this.#terms;
    const [near, far] = socketpair();
    const incoming = this.#dispatcher.open(place);
    const line = new Connection<Report, unknown>(near).unref();
    const letGo = (): void => {
      for (const end of [line, far, incoming]) end.close();
    };
    const silent = this.#hear(line);
    try {
      const member = trade.hire(
        {
          memory,
          place,
          server: this.#server,
          incoming,
          room: this.#layout.room,
          far,
          answering: this.#answering,
          requestTimeout,
          mostRequests,
        },
        line,
        silent,
      );
      void member.end.then(async (error) => {
        // a thread's end of the line is open here too
        if (!far.closed) suppress(OSError, () => far.shutdown(SHUT_RDWR));
        const reason = await silent;
        letGo();
        await this.#gone(place, reason ?? error);
      });
      return member;
    } catch (error) {
      letGo();
      this.#dispatcher.close(place);
      throw error;
    }
  }

  async #gone(place: number, error: unknown): Promise<void> {
    this.#collect();
    const arrived = this.#table.hasArrived(place);
    const lost = [...this.#held].filter(
      ([slot, { id }]) => this.#slotOf.has(id) && this.#table.holderOf(slot)?.place === place,
    );
    this.#dispatcher.close(place);
    this.#members[place] = undefined;
    this.#count--;
    this.#table.vacate(place, lost.length);
    this.#change();
    const failures = lost.map(([slot, { overdue }]) =>
      this.#fail(slot, overdue ? requestTimedOut(this.#terms.requestTimeout!) : error),
    );
    if (!this.#over) this.#replace(place, arrived, error);
    await Promise.all(failures);
  }

  /** Another member for one that has gone; not after those that could not come, as others could not either. */
  #replace(place: number, arrived: boolean, error: unknown): void {
    if (this.#closing && this.#held.size === 0) return;
    if (!arrived && !isFromOutside(error)) {
      this.drop();
      this.#reaction.cannotServe(error);
      return;
    }
    this.#startMember();
    this.#dispatcher.resend(place);
  }

  /** Looks after requests that wait; starts another member when all are stuck in handlers that block or compute. Comes back: whether to look again. */
  #look(): boolean {
    this.#dispatcher.look();
    const { claimed, waiting } = this.#table;
    this.#looks = claimed === this.#claimed ? this.#looks + 1 : 0;
    this.#claimed = claimed;
    if (waiting === 0) return false;
    if (this.#looks >= PATIENCE && this.#count < this.#members.length && this.#allArrived()) this.#startMember();
    return true;
  }

  #allArrived(): boolean {
    return this.#members.every((member, place) => member === undefined || this.#table.hasArrived(place));
  }

  /** Ends members that do not notice themselves that a request has taken so many milliseconds. Comes back: whether to do that again. */
  #endOverdue(limit: number): boolean {
    this.#collect();
    for (const [slot, held] of this.#held) {
      const holder = this.#table.holderOf(slot);
      if (holder === undefined || holder.since > Date.now() - limit) continue;
      held.overdue = true;
      this.#members[holder.place]?.terminate();
    }
    return this.#held.size > 0;
  }
}

function isFromOutside(error: unknown): boolean {
  return error instanceof WorkerLostError && error.exitcode === -SIGKILL;
}
