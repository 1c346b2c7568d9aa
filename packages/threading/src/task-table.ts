/**
 * The memory that a pool shares with its members: threads, or processes.
 *
 *     owner                                    any member that is free
 *     writes a task into a free slot ──▶ queue of slots ──▶ claims the slot: one compare-and-swap
 *     reads the outcome, frees the slot ◀── own row of finished slots ◀── writes the outcome into the slot
 *
 * A slot's state says who has it, in one word: so nothing is lost with a member that goes away, wherever it was, and
 * what nobody has claimed can be taken back. A place in the queue only says where to look.
 *
 * Nobody is called who is awake: the owner wakes a member only if fewer are looking for work than there are tasks, and a member wakes
 * the owner only if it sleeps: a wake-up costs thirty times a tiny task.
 */
import { Room } from './number-rooms.ts';
import { PlainCodec } from './plain-codec.ts';
import { notify, park, realmOf } from './realm.ts';
import { Record, UNIT } from './record.ts';

/** Tasks that are under way at once; more wait with the owner. */
export const SLOTS = 1024;
const MASK = SLOTS - 1;

// words of the header
const HEAD = 0;
const TAIL = 1;
const CLOSED = 2;
const HEADER = 16;

// words of a slot
const STATE = 0;
const TASK = 1;
const FORM = 2;
const SLOT = 32;
/** A record begins here, whose head is a unit. */
const VALUE = 4;
const VALUE_BYTES = 4 * (SLOT - VALUE) - UNIT;

/** States of a slot; from CLAIMED on, who has it. */
const FREE = 0;
const READY = 1;
const CLAIMED = 2;

// words of a member
const MOOD = 0;
const DONE = 1;
const STARTED = 2;
const ROW = 16 + SLOTS;
const FINISHED = 16;

/** What a member is doing; it sleeps on this word, for want of work or until the owner answers. */
export const Mood = { busy: 0, looking: 1, asleep: 2, asking: 3 } as const;

/**
 * How a slot's value is written: in the slot, as a message, or as numbers, of which the slot says where they lie. For an outcome there are
 * errors too, and a member that asks.
 */
export const Form = { small: 0, message: 1, numbers: 2, error: 3, question: 4 } as const;
export type Form = (typeof Form)[keyof typeof Form];

/** How much memory a table for so many members needs. */
export function tableBytes(members: number): number {
  return 4 * (HEADER + SLOTS + SLOTS * SLOT + members * ROW);
}

export class TaskTable {
  readonly memory: ArrayBuffer | SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #codec = new PlainCodec();
  readonly #record = new Record();
  readonly #slots: number;
  readonly #rows: number;
  /** How many reports of each member the owner has taken. */
  readonly #taken: number[] = [];

  constructor(memory: ArrayBuffer | SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#slots = HEADER + SLOTS;
    this.#rows = this.#slots + SLOTS * SLOT;
  }

  // for the owner

  /** Writes a task into a free slot. Comes back: whether its value is there, or the slot says where; it is a message otherwise. */
  prepare(slot: number, task: number, value: readonly unknown[] | Room): boolean {
    const at = this.#slots + slot * SLOT;
    const form = this.#write(slot, value);
    this.#words[at + TASK] = task;
    this.#words[at + FORM] = form;
    return form !== Form.message;
  }

  /** Lets any member have it. Comes back: false if the queue is full of what was taken back. */
  publish(slot: number): boolean {
    const tail = this.#words[TAIL]!;
    while (((tail - Atomics.load(this.#words, HEAD)) | 0) >= SLOTS) if (!this.#skim()) return false;
    Atomics.store(this.#words, this.#slots + slot * SLOT + STATE, READY);
    this.#words[HEADER + (tail & MASK)] = slot;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
    return true;
  }

  /** Takes a task back, if nobody has begun it. */
  withdraw(slot: number): boolean {
    return Atomics.compareExchange(this.#words, this.#slots + slot * SLOT + STATE, READY, FREE) === READY;
  }

  /** Whether a member has begun it. */
  isClaimed(slot: number): boolean {
    return Atomics.load(this.#words, this.#slots + slot * SLOT + STATE) >= CLAIMED;
  }

  isClaimedBy(slot: number, member: number): boolean {
    return Atomics.load(this.#words, this.#slots + slot * SLOT + STATE) === CLAIMED + member;
  }

  /** The owner has read the outcome. */
  free(slot: number): void {
    Atomics.store(this.#words, this.#slots + slot * SLOT + STATE, FREE);
  }

  /** Wakes sleeping members until as many look for work as there are tasks. Comes back: how many more there should be. */
  wake(members: number): number {
    let wanted = (this.#words[TAIL]! - Atomics.load(this.#words, HEAD)) | 0;
    for (let member = 0; member < members && wanted > 0; member++) {
      if (Atomics.load(this.#words, this.#mood(member)) === Mood.looking) wanted -= 1;
    }
    for (let member = 0; member < members && wanted > 0; member++) if (this.rouse(member)) wanted -= 1;
    return wanted;
  }

  /** No more tasks will come: members end when there is nothing left. */
  close(members: number): void {
    Atomics.store(this.#words, CLOSED, 1);
    for (let member = 0; member < members; member++) this.rouse(member);
  }

  /** Before a member takes this place. It counts as one that looks for work: it will, once it has booted. */
  reset(member: number): void {
    const at = this.#rows + member * ROW;
    this.#words.fill(0, at, at + FINISHED);
    this.#words[at + MOOD] = Mood.looking;
    this.#taken[member] = 0;
  }

  /** Nobody has this place: nobody looks for work there. */
  vacate(member: number): void {
    this.setMood(member, Mood.busy);
  }

  /** Whether a member has come as far as to look for work. */
  hasStarted(member: number): boolean {
    return Atomics.load(this.#words, this.#rows + member * ROW + STARTED) === 1;
  }

  /** The slot that a member has reported next; -1 if there is none. */
  nextReport(member: number): number {
    const n = this.#taken[member]!;
    const at = this.#rows + member * ROW;
    return n === Atomics.load(this.#words, at + DONE) ? -1 : this.#words[at + FINISHED + (n & MASK)]!;
  }

  takeReport(member: number): void {
    this.#taken[member] = (this.#taken[member]! + 1) | 0;
  }

  // for a member

  /** Takes the oldest task. Comes back: its slot, or -1. */
  claim(member: number): number {
    for (;;) {
      const head = Atomics.load(this.#words, HEAD);
      if (head === Atomics.load(this.#words, TAIL)) return -1;
      const slot = this.#words[HEADER + (head & MASK)]!;
      const state = this.#slots + slot * SLOT + STATE;
      const mine = Atomics.compareExchange(this.#words, state, READY, CLAIMED + member) === READY;
      Atomics.compareExchange(this.#words, HEAD, head, (head + 1) | 0);
      if (mine) return slot;
    }
  }

  /** Where the numbers of a task lie. */
  room(slot: number): Room {
    const at = this.#slots + slot * SLOT + VALUE;
    return new Room(this.#words[at]!, this.#words[at + 1]!);
  }

  task(slot: number): number {
    return this.#words[this.#slots + slot * SLOT + TASK]!;
  }

  form(slot: number): Form {
    return this.#words[this.#slots + slot * SLOT + FORM] as Form;
  }

  read(slot: number): unknown {
    this.#record.copyFrom(this.#words, this.#unitOf(slot));
    return this.#codec.read(this.#record);
  }

  /** Writes an outcome. Comes back: whether it found room in the slot. */
  write(slot: number, value: unknown): boolean {
    if (!this.#codec.write(this.#record, value, VALUE_BYTES)) return false;
    this.#record.copyTo(this.#words, this.#unitOf(slot));
    return true;
  }

  /** Tells the owner to look at a slot. */
  report(member: number, slot: number, form: Form): void {
    const at = this.#rows + member * ROW;
    const n = this.#words[at + DONE]!;
    this.#words[this.#slots + slot * SLOT + FORM] = form;
    this.#words[at + FINISHED + (n & MASK)] = slot;
    Atomics.store(this.#words, at + DONE, (n + 1) | 0);
  }

  get closed(): boolean {
    return Atomics.load(this.#words, CLOSED) === 1;
  }

  get empty(): boolean {
    return Atomics.load(this.#words, HEAD) === Atomics.load(this.#words, TAIL);
  }

  setMood(member: number, mood: number): void {
    Atomics.store(this.#words, this.#mood(member), mood);
  }

  start(member: number): void {
    Atomics.store(this.#words, this.#rows + member * ROW + STARTED, 1);
  }

  /** Sleeps, blocking, until roused from this mood, or for so many milliseconds. Comes back: whether it was. */
  sleepSync(member: number, mood: number, milliseconds: number): boolean {
    const deadline = performance.now() + milliseconds;
    while (Atomics.load(this.#words, this.#mood(member)) === mood) {
      if (park(this.#words, this.#mood(member), mood, deadline) === false) return false;
    }
    return true;
  }

  /** Sleeps while the event loop goes on. */
  async sleep(member: number): Promise<void> {
    const words = this.#words;
    const mood = this.#mood(member);
    await new Promise<void>((resolve) => {
      const listening = realmOf(words).listen(words, mood, Mood.asleep, 0, () => resolve());
      if (listening === undefined) resolve();
    });
  }

  /** Rouses a member, if it sleeps; it is looking for work then. */
  rouse(member: number): boolean {
    return this.#change(member, Mood.asleep, Mood.looking);
  }

  /** Rouses a member that waits for an answer. */
  rouseAsker(member: number): void {
    this.#change(member, Mood.asking, Mood.busy);
  }

  #change(member: number, from: number, to: number): boolean {
    const mood = this.#mood(member);
    if (Atomics.compareExchange(this.#words, mood, from, to) !== from) return false;
    notify(this.#words, mood);
    return true;
  }

  /** Passes the head of the queue over, if that task was taken back. */
  #skim(): boolean {
    const head = Atomics.load(this.#words, HEAD);
    if (Atomics.load(this.#words, this.#slots + this.#words[HEADER + (head & MASK)]! * SLOT + STATE) === READY)
      return false;
    Atomics.compareExchange(this.#words, HEAD, head, (head + 1) | 0);
    return true;
  }

  #write(slot: number, value: readonly unknown[] | Room): Form {
    if (!(value instanceof Room)) return this.write(slot, value) ? Form.small : Form.message;
    const at = this.#slots + slot * SLOT + VALUE;
    this.#words[at] = value.start;
    this.#words[at + 1] = value.length;
    return Form.numbers;
  }

  /** Where the value of a slot is, in units of a record. */
  #unitOf(slot: number): number {
    return (this.#slots + slot * SLOT + VALUE) >>> 1;
  }

  #mood(member: number): number {
    return this.#rows + member * ROW + MOOD;
  }
}
