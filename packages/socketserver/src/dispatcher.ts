/**
 * Who gets which request. Each goes to the member that has the least to do:
 *
 *     give ──▶ the least loaded ──▶ its own socket ──▶ claim
 *                    │ nobody can take it           not claimed for a while: a copy to everybody, whoever claims it first has it
 *                    └─▶ behind ── somebody has done something ──▶ again
 *
 * Members are told from each other by the table: how much they have, and whether they take what they are sent. One that does not is
 * stuck in a handler; so it gets nothing new, and what it was sent goes to others too. The second claim finds nothing.
 */
import { OSError } from '@p8/errors';
import { descriptors, MSG_DONTWAIT } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { requestSockets } from './request-queue.ts';
import type { RequestTable } from './request-table.ts';

/** A request on its way. */
export interface Parcel {
  readonly slot: number;
  readonly bytes: Uint8Array;
  /** The descriptor that goes with it. */
  readonly fd: number | undefined;
}

interface Sent extends Parcel {
  /** The places of the members that have been sent it. */
  readonly to: number[];
  /** Whether it has waited since the last look. */
  isLate: boolean;
}

/** A member, as the sender of its requests sees it. */
interface Recipient {
  readonly outgoing: Socket;
  readonly since: number;
  /** How many requests it was sent; the same at the last look, and at the look before. */
  sent: number;
  sentLast: number;
  sentBefore: number;
}

/** How many requests may lie before a member that takes none. */
const BACKLOG = 4;
/** How long a member that boots is waited for, in milliseconds: connections that stay would all stay with those that are there. */
const BOOT = 3000;

/** Its socket is full, the system has too many descriptors on their way, or it has gone, which is heard of elsewhere. */
const NO_ROOM: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS', 'ETOOMANYREFS', 'EPIPE', 'ECONNRESET']);

export class Dispatcher {
  readonly #table: RequestTable;
  readonly #failed: (slot: number, error: unknown) => void;
  readonly #recipients: (Recipient | undefined)[];
  readonly #waiting = new Map<number, Sent>();
  /** Those of them that nobody has been sent. */
  readonly #behind = new Set<Sent>();

  /** @param failed hears of requests that cannot be sent at all */
  constructor(table: RequestTable, places: number, failed: (slot: number, error: unknown) => void) {
    this.#table = table;
    this.#failed = failed;
    this.#recipients = Array.from({ length: places });
  }

  /** Whether requests wait here that nobody could be sent. */
  get isBehind(): boolean {
    return this.#behind.size > 0;
  }

  /** From now on a member of this place gets requests. Comes back: where they come out. */
  open(place: number): Socket {
    const [outgoing, incoming] = requestSockets();
    this.#recipients[place] = { outgoing, since: performance.now(), sent: 0, sentLast: 0, sentBefore: 0 };
    return incoming;
  }

  /** No more requests come to that place: its member sees the end. */
  close(place: number): void {
    this.#recipients[place]?.outgoing.close();
    this.#recipients[place] = undefined;
  }

  closeAll(): void {
    for (const place of this.#recipients.keys()) this.close(place);
  }

  /** Sends a request to whoever has the least to do, after those that could not be sent. */
  give(parcel: Parcel): void {
    const sent: Sent = { ...parcel, to: [], isLate: false };
    this.#waiting.set(parcel.slot, sent);
    this.#behind.add(sent);
    this.catchUp();
  }

  /** A request has ended. */
  forget(slot: number): void {
    const parcel = this.#waiting.get(slot);
    if (parcel === undefined) return;
    this.#waiting.delete(slot);
    this.#behind.delete(parcel);
  }

  /** Sends what could not be sent, as long as there is somebody who can take it. */
  catchUp(): void {
    for (const parcel of this.#behind) {
      if (!this.#send(parcel)) return;
      this.#behind.delete(parcel);
    }
  }

  /** The member of a place has gone: what it may have had in its hand, unclaimed, is sent again. */
  resend(place: number): void {
    for (const [slot, parcel] of this.#waiting) {
      if (!this.#table.isWaiting(slot)) this.forget(slot);
      else if (parcel.to.includes(place)) {
        parcel.to.splice(parcel.to.indexOf(place), 1);
        if (parcel.to.length === 0) this.#behind.add(parcel);
      }
    }
    this.catchUp();
  }

  /** To be called from time to time while requests wait: finds out who is stuck, and sends copies of what waits for them. */
  look(): void {
    for (const recipient of this.#recipients) {
      if (recipient === undefined) continue;
      recipient.sentBefore = recipient.sentLast;
      recipient.sentLast = recipient.sent;
    }
    for (const [slot, parcel] of this.#waiting) {
      if (!this.#table.isWaiting(slot)) this.forget(slot);
      else if (!parcel.isLate) parcel.isLate = true;
      else if (!parcel.to.some((place) => this.#isBooting(place))) this.#offer(parcel);
    }
  }

  #send(parcel: Sent): boolean {
    const place = this.#leastLoaded();
    return place !== undefined && this.#sendTo(place, parcel);
  }

  #leastLoaded(): number | undefined {
    let best: number | undefined;
    let least = Infinity;
    for (const [place, recipient] of this.#recipients.entries()) {
      if (recipient === undefined || !this.#table.isOpen(place) || this.#isStuck(place, recipient)) continue;
      const load = this.#table.activeOf(place) + this.#table.pendingOf(place, recipient.sent);
      if (load < least && load < this.#table.requestsPerMember) [best, least] = [place, load];
    }
    return best;
  }

  /** A copy for everybody who may be the first to have time. */
  #offer(parcel: Sent): void {
    for (const [place, recipient] of this.#recipients.entries()) {
      if (recipient === undefined || parcel.to.includes(place)) continue;
      if (this.#table.pendingOf(place, recipient.sent) < BACKLOG && this.#sendTo(place, parcel))
        this.#behind.delete(parcel);
    }
  }

  /** Comes back: false if there is no room, or the member has just gone. */
  #sendTo(place: number, parcel: Sent): boolean {
    const recipient = this.#recipients[place]!;
    const { slot, bytes, fd } = parcel;
    try {
      if (fd === undefined) recipient.outgoing.sendSync(bytes, MSG_DONTWAIT);
      else recipient.outgoing.sendmsgSync([bytes], [descriptors([fd])], MSG_DONTWAIT);
    } catch (error) {
      if (error instanceof OSError && NO_ROOM.has(error.code ?? '')) return false;
      this.forget(slot);
      this.#failed(slot, error);
      return true;
    }
    recipient.sent++;
    parcel.to.push(place);
    return true;
  }

  /** Whether a member has not taken what it was sent two looks ago. */
  #isStuck(place: number, recipient: Recipient): boolean {
    return this.#table.pendingOf(place, recipient.sentBefore) > 0 && !this.#isBooting(place, recipient);
  }

  /** Whether it has not come as far as its first request, though it may soon. */
  #isBooting(place: number, recipient: Recipient | undefined = this.#recipients[place]): boolean {
    if (recipient === undefined || performance.now() - recipient.since > BOOT) return false;
    return this.#table.pendingOf(place, recipient.sent) === recipient.sent;
  }
}
