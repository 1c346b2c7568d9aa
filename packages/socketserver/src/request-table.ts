/**
 * The memory that a server shares with the members of its crew, which are threads or processes: who has which request.
 *
 *     server                                                       any member that is free
 *     publish: the slot waits, and the request sets out ────────▶ claim: one compare-and-swap
 *     takeFinished: frees the slots ◀── a list of finished slots ◀── finish
 *
 * A slot's state says in one word which request it is and who has it. So a request is known to be with a member that went away,
 * wherever that was, and one that comes twice, or after it was taken back, is nobody's.
 */

/** How large the table is. */
export interface TableSize {
  /** Requests that are waiting or being handled at once. */
  readonly slots: number;
  /** Members at once. */
  readonly places: number;
  /** Requests that one member may be handling at once. */
  readonly requestsPerMember: number;
}

// words of the header: sizes first
const SLOTS = 0;
const PLACES = 1;
const REQUESTS_PER_MEMBER = 2;
const HURRY = 3;
/** The finished slot that was added last, plus 1; 0 when there is none. */
const FINISHED = 4;
const HEADER = 16;

// words of a slot
const STATE = 0;
/** In the list of finished slots. */
const NEXT = 1;
/** When it was claimed: a float. */
const SINCE = 2;
const SLOT = 4;

/** States of a slot: free; minus its id while a request waits; from 1 on, who has it. */
const FREE = 0;

// words of a member, in a cache line of its own; its counts only grow, and begin again at 2^32
const STAGE = 0;
const CLAIMED = 1;
const SERVED = 2;
const FAILED = 3;
const TAKEN = 4;
const ROW = 16;

/** Stages of a place: there is nobody, it is booting, it takes requests, it only ends those that it has. */
const NOBODY = 0;
const BOOTING = 1;
const TAKING = 2;
const LEAVING = 3;

const LARGEST = 2 ** 31 - 1;

/** How many bytes such a table has. */
export function tableBytes({ slots, places }: TableSize): number {
  return 4 * (HEADER + slots * SLOT + places * ROW);
}

export class RequestTable {
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #rows: number;
  /** For the server: how many were published, but for those that nobody counts as claimed. */
  #published = 0;
  /** How many places were ever taken, counted from the first. */
  #used = 0;

  /** @param memory of {@link tableBytes}; without a size, one that was laid out by somebody else */
  constructor(memory: ArrayBufferLike, size?: TableSize) {
    this.#words = new Int32Array(memory);
    this.#times = new Float64Array(memory);
    if (size !== undefined) {
      this.#words[SLOTS] = size.slots;
      this.#words[PLACES] = size.places;
      this.#words[REQUESTS_PER_MEMBER] = Math.min(size.requestsPerMember, LARGEST);
    }
    this.#rows = HEADER + this.#words[SLOTS]! * SLOT;
  }

  // for the server

  /** Lets any member have a request; its id is from 1 to 2^31 - 1. */
  publish(slot: number, id: number): void {
    const at = slotAt(slot);
    this.#times[(at + SINCE) / 2] = Infinity;
    Atomics.store(this.#words, at + STATE, -id);
    this.#published++;
  }

  /** Takes a request back, if nobody has it yet. */
  withdraw(slot: number, id: number): boolean {
    const mine = Atomics.compareExchange(this.#words, slotAt(slot) + STATE, -id, FREE) === -id;
    if (mine) this.#published--;
    return mine;
  }

  isWaiting(slot: number): boolean {
    return Atomics.load(this.#words, slotAt(slot) + STATE) < FREE;
  }

  /** Who has a request, and since when (as `Date.now()`); undefined while nobody has. */
  holderOf(slot: number): { readonly place: number; readonly since: number } | undefined {
    const at = slotAt(slot);
    const state = Atomics.load(this.#words, at + STATE);
    return state <= FREE ? undefined : { place: state - 1, since: this.#times[(at + SINCE) / 2]! };
  }

  free(slot: number): void {
    Atomics.store(this.#words, slotAt(slot) + STATE, FREE);
  }

  /** Gives the slots of requests that were handled well to `take`, which may free them. */
  takeFinished(take: (slot: number) => void): void {
    if (Atomics.load(this.#words, FINISHED) === 0) return;
    for (let next = Atomics.exchange(this.#words, FINISHED, 0); next !== 0;) {
      const slot = next - 1;
      next = this.#words[slotAt(slot) + NEXT]!;
      take(slot);
    }
  }

  /** Before a member takes this place. */
  reset(place: number): void {
    this.#used = Math.max(this.#used, place + 1);
    Atomics.store(this.#words, this.#rowAt(place) + STAGE, BOOTING);
    Atomics.store(this.#words, this.#rowAt(place) + TAKEN, 0);
  }

  /** When the member of this place has gone, and so many requests with it. It may not have counted its last step. */
  vacate(place: number, lost: number): void {
    const at = this.#rowAt(place);
    const ended = this.#words[at + SERVED]! + this.#words[at + FAILED]!;
    this.#published -= Math.max((this.#words[at + CLAIMED]! - ended) | 0, lost);
    Atomics.store(this.#words, at + CLAIMED, ended);
    Atomics.store(this.#words, at + STAGE, NOBODY);
  }

  /** Whether a member has come as far as to take requests. */
  hasArrived(place: number): boolean {
    return this.#stageOf(place) >= TAKING;
  }

  /** Whether whoever has this place takes requests, or will. */
  isOpen(place: number): boolean {
    const stage = this.#stageOf(place);
    return stage === BOOTING || stage === TAKING;
  }

  /** How many of so many requests, sent to the member of this place, it has not taken. */
  pendingOf(place: number, sent: number): number {
    return (sent - Atomics.load(this.#words, this.#rowAt(place) + TAKEN)) | 0;
  }

  /** How many requests a member may have. */
  get requestsPerMember(): number {
    return this.#words[REQUESTS_PER_MEMBER]!;
  }

  /** What the members of this place have handled, and how often that failed. */
  countsOf(place: number): { readonly requests: number; readonly errors: number } {
    const at = this.#rowAt(place);
    const errors = Atomics.load(this.#words, at + FAILED);
    return { requests: (Atomics.load(this.#words, at + SERVED) + errors) >>> 0, errors: errors >>> 0 };
  }

  /** How many requests wait for a member. */
  get waiting(): number {
    return (this.#published - this.claimed) | 0;
  }

  /** Counts the requests that members have taken. */
  get claimed(): number {
    let sum = 0;
    for (let place = 0; place < this.#used; place++) {
      sum += Atomics.load(this.#words, this.#rowAt(place) + CLAIMED);
    }
    return sum;
  }

  /** Says whether the server waits for requests to end, and wants to hear of each at once. */
  set hurry(hurry: boolean) {
    Atomics.store(this.#words, HURRY, hurry ? 1 : 0);
  }

  // for a member

  arrive(place: number): void {
    Atomics.store(this.#words, this.#rowAt(place) + STAGE, TAKING);
  }

  leave(place: number): void {
    Atomics.store(this.#words, this.#rowAt(place) + STAGE, LEAVING);
  }

  /** Counts a request that has come, whoever has it. */
  take(place: number): void {
    Atomics.add(this.#words, this.#rowAt(place) + TAKEN, 1);
  }

  /** Whether it has as many requests as it may. */
  isFull(place: number): boolean {
    return this.activeOf(place) >= this.requestsPerMember;
  }

  /** Takes a request that has come. Comes back: false if it is another's. */
  claim(place: number, slot: number, id: number): boolean {
    const at = slotAt(slot);
    if (Atomics.compareExchange(this.#words, at + STATE, -id, place + 1) !== -id) return false;
    this.#times[(at + SINCE) / 2] = Date.now();
    Atomics.add(this.#words, this.#rowAt(place) + CLAIMED, 1);
    return true;
  }

  /** Counts a request that has ended; one that ended well is the server's again by that. */
  finish(place: number, slot: number, well: boolean): void {
    if (well) this.#addFinished(slot);
    Atomics.add(this.#words, this.#rowAt(place) + (well ? SERVED : FAILED), 1);
  }

  get hurry(): boolean {
    return Atomics.load(this.#words, HURRY) === 1;
  }

  // for both

  /** How many requests a member is handling. */
  activeOf(place: number): number {
    const at = this.#rowAt(place);
    const ended = Atomics.load(this.#words, at + SERVED) + Atomics.load(this.#words, at + FAILED);
    return (Atomics.load(this.#words, at + CLAIMED) - ended) | 0;
  }

  #addFinished(slot: number): void {
    for (;;) {
      const last = Atomics.load(this.#words, FINISHED);
      this.#words[slotAt(slot) + NEXT] = last;
      if (Atomics.compareExchange(this.#words, FINISHED, last, slot + 1) === last) return;
    }
  }

  #stageOf(place: number): number {
    return Atomics.load(this.#words, this.#rowAt(place) + STAGE);
  }

  #rowAt(place: number): number {
    return this.#rows + place * ROW;
  }
}

function slotAt(slot: number): number {
  return HEADER + slot * SLOT;
}
