/**
 * The memory that a threading server shares with its threads: the ring of accepted requests, and who has which.
 *
 *     server                                            any thread that is free
 *     writes a request into a free slot ──▶ ring of slots ──▶ claims the slot: one compare-and-swap
 *     lets go of it, frees the slot ◀── the thread's own row of finished slots ◀── has handled it
 *
 * A slot's state says who has it, in one word: so a request is known to be with a thread that went away, wherever that was. A
 * place in the ring only says where to look.
 */

/** How large the table is. */
export interface TableSize {
  /** Requests that are waiting or being handled at once. */
  readonly slots: number;
  /** Bytes of a request with its address. */
  readonly bytes: number;
  readonly threads: number;
  /** Requests that one thread may be handling at once. */
  readonly requestsPerThread: number;
}

/** What a request is: see `request-codec.ts`. */
export const Kind = { connection: 0, packet: 1, value: 2 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** What a thread may ask of its server. */
export const Wish = { none: 0, shutdown: 1, close: 2 } as const;

/** What a slot holds. */
export interface SlotContent {
  readonly id: number;
  readonly kind: Kind;
  /** Of a connection: its descriptor, family, type and protocol. */
  readonly numbers: readonly number[];
  readonly address: Uint8Array;
  readonly body: Uint8Array;
}

// words of the header: sizes first
const SLOTS = 0;
const SLOT_WORDS = 1;
const THREADS = 2;
const REQUESTS_PER_THREAD = 3;
const HEAD = 4;
const TAIL = 5;
const CLOSED = 6;
const RUNG = 7;
const NEWS = 8;
const HURRY = 9;
const WISH = 10;
const HEADER = 16;

// words of a slot
const STATE = 0;
const ID = 1;
const KIND = 2;
const ADDRESS_LENGTH = 3;
const BODY_LENGTH = 4;
const NUMBERS = 6;
const NUMBER_COUNT = 4;
const SINCE = 10;
const CONTENT = 12;

/** States of a slot; from CLAIMED on, who has it. */
const FREE = 0;
const WAITING = 1;
const CLAIMED = 2;

// words of a thread, then its finished slots: the slot and whether all went well
const STAGE = 0;
const ACTIVE = 1;
const SERVED = 2;
const FAILED = 3;
const REPORTED = 4;
const ROW = 8;

/** Stages of a thread: there is none, it is booting, it takes requests. */
const NONE = 0;
const BOOTING = 1;
const TAKING = 2;

const LARGEST = 2 ** 31 - 1;

export class RequestTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #times: Float64Array;
  readonly #count: number;
  readonly #slotWords: number;
  readonly #slots: number;
  readonly #rows: number;

  constructor(size: TableSize | SharedArrayBuffer) {
    this.memory = size instanceof SharedArrayBuffer ? size : allocate(size);
    this.#words = new Int32Array(this.memory);
    this.#bytes = new Uint8Array(this.memory);
    this.#times = new Float64Array(this.memory);
    this.#count = this.#words[SLOTS]!;
    this.#slotWords = this.#words[SLOT_WORDS]!;
    this.#slots = HEADER + this.#count;
    this.#rows = this.#slots + this.#count * this.#slotWords;
  }

  // for the server

  get slots(): number {
    return this.#count;
  }

  /** Bytes that a request may have, with its address. */
  get room(): number {
    return 4 * (this.#slotWords - CONTENT);
  }

  /** Writes a request into a free slot and lets any thread have it. */
  publish(slot: number, { id, kind, numbers, address, body }: SlotContent): void {
    const at = this.#slotAt(slot);
    this.#words[at + ID] = id;
    this.#words[at + KIND] = kind;
    this.#words[at + ADDRESS_LENGTH] = address.length;
    this.#words[at + BODY_LENGTH] = body.length;
    this.#words.set(numbers, at + NUMBERS);
    this.#bytes.set(address, 4 * (at + CONTENT));
    this.#bytes.set(body, 4 * (at + CONTENT) + address.length);
    Atomics.store(this.#words, at + STATE, WAITING);
    const tail = this.#words[TAIL]!;
    this.#words[HEADER + (tail & (this.#count - 1))] = slot;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
  }

  /** Takes a request back, if no thread has it yet. */
  withdraw(slot: number): boolean {
    const state = this.#slotAt(slot) + STATE;
    const mine = Atomics.compareExchange(this.#words, state, WAITING, FREE) === WAITING;
    if (mine) this.#skim();
    return mine;
  }

  isClaimedBy(slot: number, thread: number): boolean {
    return Atomics.load(this.#words, this.#slotAt(slot) + STATE) === CLAIMED + thread;
  }

  /** Which thread has a request, and since when (as `Date.now()`); undefined while none has. */
  holderOf(slot: number): { readonly thread: number; readonly since: number } | undefined {
    const at = this.#slotAt(slot);
    const state = Atomics.load(this.#words, at + STATE);
    return state < CLAIMED ? undefined : { thread: state - CLAIMED, since: this.#times[(at + SINCE) / 2]! };
  }

  free(slot: number): void {
    Atomics.store(this.#words, this.#slotAt(slot) + STATE, FREE);
  }

  /** Before a thread takes this place. */
  reset(thread: number): void {
    const at = this.#rowAt(thread);
    for (const word of [ACTIVE, REPORTED]) Atomics.store(this.#words, at + word, 0);
    Atomics.store(this.#words, at + STAGE, BOOTING);
  }

  /** When the thread of this place has gone. */
  vacate(thread: number): void {
    Atomics.store(this.#words, this.#rowAt(thread) + STAGE, NONE);
  }

  /** Whether a thread has come as far as to take requests. */
  hasArrived(thread: number): boolean {
    return Atomics.load(this.#words, this.#rowAt(thread) + STAGE) === TAKING;
  }

  activeOf(thread: number): number {
    return Atomics.load(this.#words, this.#rowAt(thread) + ACTIVE);
  }

  /** What the threads of this place have handled, and how often that failed. */
  countsOf(thread: number): { readonly requests: number; readonly errors: number } {
    const at = this.#rowAt(thread);
    const errors = Atomics.load(this.#words, at + FAILED);
    return { requests: Atomics.load(this.#words, at + SERVED) + errors, errors };
  }

  /** How many requests this thread has reported so far. */
  reported(thread: number): number {
    return Atomics.load(this.#words, this.#rowAt(thread) + REPORTED);
  }

  /** The slot of a thread's n-th report, and whether all went well. */
  report(thread: number, n: number): { readonly slot: number; readonly well: boolean } {
    const word = this.#words[this.#rowAt(thread) + ROW + (n & (this.#count - 1))]!;
    return { slot: word >> 1, well: (word & 1) === 1 };
  }

  /** No more requests will come: threads end when they have none. */
  close(): void {
    Atomics.store(this.#words, CLOSED, 1);
  }

  /** Says whether the server waits for requests to end, and wants to hear of each at once. */
  set hurry(hurry: boolean) {
    Atomics.store(this.#words, HURRY, hurry ? 1 : 0);
  }

  /** Counts the news that threads have told. */
  get news(): number {
    return Atomics.load(this.#words, NEWS);
  }

  /** Resolves when there is other news. Does not keep the program alive. */
  async waitForNews(known: number): Promise<void> {
    await Atomics.waitAsync(this.#words, NEWS, known).value;
  }

  /** Takes what the threads ask of their server. */
  takeWish(): number {
    return Atomics.exchange(this.#words, WISH, Wish.none);
  }

  // for a thread

  arrive(thread: number): void {
    Atomics.store(this.#words, this.#rowAt(thread) + STAGE, TAKING);
  }

  /** Whether it has as many requests as it may. */
  isFull(thread: number): boolean {
    return this.activeOf(thread) >= this.#words[REQUESTS_PER_THREAD]!;
  }

  /** Whether no other thread has fewer requests, so that this one is to take the next. */
  isFirst(thread: number): boolean {
    const mine = this.activeOf(thread);
    for (let other = 0; other < this.#words[THREADS]!; other++) {
      if (this.#stageOf(other) !== NONE && this.activeOf(other) < mine) return false;
    }
    return true;
  }

  /** Whether a thread is about to take requests. */
  get isBooting(): boolean {
    for (let thread = 0; thread < this.#words[THREADS]!; thread++) if (this.#stageOf(thread) === BOOTING) return true;
    return false;
  }

  /** Takes the oldest request. Comes back: its slot, or -1. */
  claim(thread: number): number {
    for (;;) {
      const head = Atomics.load(this.#words, HEAD);
      if (head === Atomics.load(this.#words, TAIL)) return -1;
      const slot = this.#words[HEADER + (head & (this.#count - 1))]!;
      const at = this.#slotAt(slot);
      const mine = Atomics.compareExchange(this.#words, at + STATE, WAITING, CLAIMED + thread) === WAITING;
      Atomics.compareExchange(this.#words, HEAD, head, (head + 1) | 0);
      if (!mine) continue;
      this.#times[(at + SINCE) / 2] = Date.now();
      Atomics.add(this.#words, this.#rowAt(thread) + ACTIVE, 1);
      return slot;
    }
  }

  read(slot: number): SlotContent {
    const at = this.#slotAt(slot);
    const start = 4 * (at + CONTENT);
    const middle = start + this.#words[at + ADDRESS_LENGTH]!;
    return {
      id: this.#words[at + ID]!,
      kind: this.#words[at + KIND] as Kind,
      numbers: [...this.#words.subarray(at + NUMBERS, at + NUMBERS + NUMBER_COUNT)],
      address: this.#bytes.slice(start, middle),
      body: this.#bytes.slice(middle, middle + this.#words[at + BODY_LENGTH]!),
    };
  }

  /** Reports that a request was handled. */
  finish(thread: number, slot: number, well: boolean): void {
    const at = this.#rowAt(thread);
    Atomics.add(this.#words, at + (well ? SERVED : FAILED), 1);
    const n = this.#words[at + REPORTED]!;
    this.#words[at + ROW + (n & (this.#count - 1))] = (slot << 1) | Number(well);
    Atomics.store(this.#words, at + REPORTED, (n + 1) | 0);
    Atomics.sub(this.#words, at + ACTIVE, 1);
  }

  get hurry(): boolean {
    return Atomics.load(this.#words, HURRY) === 1;
  }

  /** Wakes the server, if it sleeps. */
  tell(): void {
    Atomics.add(this.#words, NEWS, 1);
    Atomics.notify(this.#words, NEWS);
  }

  wish(wish: number): void {
    Atomics.store(this.#words, WISH, wish);
    this.tell();
  }

  // for both

  /** How many requests wait for a thread. */
  get waiting(): number {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) | 0;
  }

  /** How many requests were taken so far. */
  get taken(): number {
    return Atomics.load(this.#words, HEAD);
  }

  get closed(): boolean {
    return Atomics.load(this.#words, CLOSED) === 1;
  }

  /** Says that the bell rings. Comes back: false if it does already. */
  ring(): boolean {
    return Atomics.compareExchange(this.#words, RUNG, 0, 1) === 0;
  }

  silence(): void {
    Atomics.store(this.#words, RUNG, 0);
  }

  /** Passes over the requests at the head of the ring that were taken back. */
  #skim(): void {
    for (;;) {
      const head = Atomics.load(this.#words, HEAD);
      if (head === Atomics.load(this.#words, TAIL)) return;
      const slot = this.#words[HEADER + (head & (this.#count - 1))]!;
      if (Atomics.load(this.#words, this.#slotAt(slot) + STATE) === WAITING) return;
      Atomics.compareExchange(this.#words, HEAD, head, (head + 1) | 0);
    }
  }

  #stageOf(thread: number): number {
    return Atomics.load(this.#words, this.#rowAt(thread) + STAGE);
  }

  #slotAt(slot: number): number {
    return this.#slots + slot * this.#slotWords;
  }

  #rowAt(thread: number): number {
    return this.#rows + thread * (ROW + this.#count);
  }
}

function allocate({ slots, bytes, threads, requestsPerThread }: TableSize): SharedArrayBuffer {
  // whole cache lines, so that times are aligned too
  const slotWords = 16 * Math.ceil((CONTENT + bytes / 4) / 16);
  const memory = new SharedArrayBuffer(4 * (HEADER + slots + slots * slotWords + threads * (ROW + slots)));
  const words = new Int32Array(memory);
  words[SLOTS] = slots;
  words[SLOT_WORDS] = slotWords;
  words[THREADS] = threads;
  words[REQUESTS_PER_THREAD] = Math.min(requestsPerThread, LARGEST);
  return memory;
}
