/**
 * The machine under every pool, of threads or of processes: it hires members while there is work for them, gives out tasks, hears the
 * outcomes, and replaces members that are lost.
 *
 *     submit ─▶ backlog ─▶ TaskTable ─▶ any free member (pool-worker.ts)
 *     job    ◀─────────── drain ◀──── its report; what has no room in the table comes as a message (recruiter.ts)
 */
import type { Parcel } from '@p8/pickle';
import { raisedIn } from '@p8/pickle';
import { CancelledError } from './future-errors.ts';
import type { BrokenExecutor } from './future-errors.ts';
import { expect, expectNothing } from './inbox.ts';
import type { Source } from './inbox.ts';
import { keepAlive } from './keep-alive.ts';
import { loadSoon } from './load-soon.ts';
import { FEWEST_HELD, NumberRooms, Room } from './number-rooms.ts';
import { asNumbers, toArray } from './numbers.ts';
import type { Carrier, Employer, Member, Outcome, Recruiter } from './recruiter.ts';
import { Mode } from './task.ts';
import type { Callable, Task } from './task.ts';
import { Form, SLOTS, TaskTable } from './task-table.ts';
import { within } from './within.ts';

export class Crew implements Source, Employer {
  readonly size: number;
  readonly bell: Int32Array;
  readonly #recruiter: Recruiter;
  readonly #table: TaskTable;
  readonly #rooms: NumberRooms;
  readonly #members: (Member | undefined)[];
  readonly #underWay: (Task | undefined)[] = Array.from({ length: SLOTS });
  readonly #freeSlots: number[] = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i);
  readonly #functions = new Map<Callable, number>();
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #backlog: Task[] = [];
  #first = 0;
  /** Outcomes that are being made from what was sent. */
  #loading = 0;
  #closing = false;
  #terminated = false;
  /** The error by which it broke. */
  #cause: { readonly error: unknown } | undefined;
  /** Members that were lost before they could work, since one last could. */
  #stillborn = 0;

  constructor(size: number, recruiter: Recruiter) {
    this.size = size;
    this.bell = recruiter.bell;
    this.#recruiter = recruiter;
    this.#table = new TaskTable(recruiter.memory);
    this.#rooms = new NumberRooms(recruiter.numbers);
    this.#members = Array.from({ length: size });
  }

  /** Whether it takes no more tasks. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Why it cannot be used any more. */
  get broken(): BrokenExecutor | undefined {
    return this.#cause && this.#recruiter.broken(this.#cause.error);
  }

  /** Resolves when all members have ended, after `close` or `terminate`. */
  async waitUntilOver(signal?: AbortSignal): Promise<void> {
    keepAlive(1);
    try {
      await within(this.#over.promise, Infinity, signal);
    } finally {
      keepAlive(-1);
    }
  }

  get isOver(): boolean {
    return this.#closing && this.#members.every((member) => member === undefined);
  }

  /**
   * Puts items of a chunk where members see them; undefined if they are not many numbers. What comes back is for a task that is then
   * submitted. Raises as {@link submit} does.
   */
  hold(fn: Callable, items: readonly unknown[], start: number, end: number): Room | undefined {
    if (end - start < FEWEST_HELD) return undefined;
    this.#identify(fn);
    return this.#rooms.hold(items, start, end);
  }

  /** Gives out a task as soon as there is room. Raises what @p8/pickle raises for a function that cannot be found. */
  submit(task: Task): void {
    this.submitAll([task]);
  }

  submitAll(tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    this.#identify(tasks[0]!.fn);
    if (tasks.length === 1) this.#backlog.push(tasks[0]!);
    else {
      this.#backlog = this.#backlog.slice(this.#first).concat(tasks);
      this.#first = 0;
    }
    this.#feed();
    expect(this);
  }

  /** Takes tasks back that no member has begun. Comes back: those. */
  withdraw(tasks: readonly Task[]): Task[] {
    const gone = new Set(tasks.filter((task) => task.slot >= 0 && this.#table.withdraw(task.slot)));
    for (const { slot } of gone) this.#release(slot);
    const wanted = new Set(tasks);
    const waiting = this.#backlog.slice(this.#first);
    const unsent = waiting.filter((task) => wanted.has(task));
    for (const task of unsent) this.#vacate(task);
    this.#backlog = waiting.filter((task) => !wanted.has(task));
    this.#first = 0;
    this.#feed();
    this.#settleIfIdle();
    return [...gone, ...unsent];
  }

  /** What is not done, the oldest first. */
  tasks(): Task[] {
    return [...this.#underWay.filter((task) => task !== undefined), ...this.#backlog.slice(this.#first)];
  }

  /** Whether a member has begun it. */
  isRunning(task: Task): boolean {
    return task.slot >= 0 && this.#table.isClaimed(task.slot);
  }

  /** Has all members started, whether there is work or not. Raises what starting one raises, and then ends those there are. */
  hireAll(): void {
    try {
      for (let place = 0; place < this.size; place++) if (this.#members[place] === undefined) this.#hire(place);
    } catch (error) {
      this.terminate();
      throw error;
    }
  }

  /** Takes no more tasks; the members end when all are done. */
  close(): void {
    this.#closing = true;
    this.#settleIfIdle();
  }

  /** Ends all members wherever they are; tasks that are not done fail with CancelledError. */
  terminate(): void {
    this.#closing = true;
    this.#terminated = true;
    for (const member of this.#members) member?.terminate();
    this.#failAll(() => new CancelledError('the pool was terminated'));
    this.#settleIfIdle();
  }

  drain(blocked: boolean): number {
    let news = 0;
    for (const member of this.#members) {
      if (member !== undefined) news += this.#read(member, blocked);
    }
    if (news === 0) return 0;
    this.#feed();
    this.#settleIfIdle();
    return news;
  }

  inspect(): void {
    for (const member of this.#members) member?.inspect();
  }

  ended(member: Member): void {
    this.#read(member, false);
    this.#dismiss(member);
  }

  lost(member: Member, error: Error): void {
    const stillborn = !this.#table.hasStarted(member.place);
    if (stillborn && !this.#terminated && ++this.#stillborn >= this.#recruiter.attempts)
      return this.failed(member, error);
    // what it has finished before is not lost
    this.#read(member, false);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (!this.#table.isClaimedBy(slot, member.place)) continue;
      const task = this.#underWay[slot];
      this.#table.free(slot);
      this.#release(slot);
      task?.job.fail(task, error);
    }
    this.#dismiss(member);
  }

  /** A member that cannot even start is not replaced: the next one would not start either. */
  failed(member: Member, cause: unknown): void {
    this.#cause ??= { error: cause };
    this.#closing = true;
    this.#failAll(() => this.#recruiter.broken(cause));
    this.#dismiss(member);
  }

  #identify(fn: Callable): number {
    let id = this.#functions.get(fn);
    if (id === undefined) {
      this.#recruiter.carrier.dump(fn, 'value').failed(); // whether it can be found at all
      id = this.#functions.size;
      this.#functions.set(fn, id);
    }
    return id;
  }

  /** Moves tasks from the backlog into the table, and sees to it that there are members for them. */
  #feed(): void {
    while (this.#first < this.#backlog.length && this.#freeSlots.length > 0) {
      // counted first: what fails at once takes others back, and so changes the backlog
      if (this.#give(this.#backlog[this.#first++]!)) continue;
      this.#first -= 1;
      break;
    }
    if (this.#first === this.#backlog.length) {
      this.#backlog = [];
      this.#first = 0;
    }
    let wanted = this.#table.wake(this.size);
    for (let place = 0; place < this.size && wanted > 0; place++) {
      if (this.#members[place] !== undefined) continue;
      if (!this.#hireIfPossible(place)) break;
      wanted -= 1;
    }
  }

  /** Where no more members can be had, fewer do it; without any, nobody does. */
  #hireIfPossible(place: number): boolean {
    try {
      this.#hire(place);
      return true;
    } catch (error) {
      if (this.#members.every((member) => member === undefined)) this.#failAll(() => error);
      return false;
    }
  }

  /** Comes back: false if there is no room. */
  #give(task: Task): boolean {
    const slot = this.#freeSlots.at(-1)!;
    const small = this.#table.prepare(slot, (this.#identify(task.fn) << 2) | task.mode, task.values);
    try {
      if (!small) task.parcel ??= pack(this.#recruiter.carrier, task);
    } catch (error) {
      task.job.fail(task, error);
      return true;
    }
    this.#underWay[slot] = task;
    task.slot = slot;
    if (!this.#table.publish(slot)) {
      task.slot = -1;
      this.#underWay[slot] = undefined;
      return false;
    }
    this.#freeSlots.pop();
    return true;
  }

  #hire(place: number): void {
    this.#table.reset(place);
    this.#members[place] = this.#recruiter.hire(place, this.#table, this);
  }

  /** Takes what a member has reported. Comes back: how many. */
  #read(member: Member, blocked: boolean): number {
    for (let count = 0; ; count++) {
      const slot = this.#table.nextReport(member.place);
      if (slot < 0) return count;
      const form = this.#table.form(slot);
      const isMessage = form === Form.message || form === Form.error;
      const outcome = isMessage ? member.outcomeOf(slot, blocked) : undefined;
      if (isMessage && outcome === undefined) return count;
      // taken first: whoever hears of it may block, and hear of the next
      this.#table.takeReport(member.place);
      if (outcome !== undefined) this.#open(member, outcome, form, blocked);
      else this.#hear(member, slot, form);
    }
  }

  /** Of a report that needs no message. */
  #hear(member: Member, slot: number, form: Form): void {
    const task = this.#underWay[slot];
    if (form === Form.question) return task ? this.#answer(member, task) : this.#turnAway(member, slot);
    const value = form === Form.numbers ? this.#rooms.view(this.#table.room(slot)) : this.#table.read(slot);
    this.#table.free(slot);
    this.#release(slot);
    // undefined: it was lost or cancelled with its pool
    task?.job.succeed(task, value);
  }

  #open(member: Member, { slot, data, numbers }: Outcome, form: Form, blocked: boolean): void {
    const task = this.#underWay[slot];
    this.#table.free(slot);
    this.#release(slot);
    if (task === undefined) return;
    if (numbers !== undefined) return task.job.succeed(task, task.mode === Mode.call ? toArray(numbers) : numbers);
    // the calls below are those of the event loop, which tell nothing: with a function that is not among them none is shown
    const settle = (loaded: unknown): void =>
      form === Form.message
        ? task.job.succeed(task, loaded)
        : task.job.fail(task, raisedIn(loaded, member.title, Crew));
    const failed = (error: unknown): void => task.job.fail(task, error);
    const later = loadSoon(this.#recruiter.carrier, data, blocked, settle, failed);
    if (later !== undefined) void this.#awaitLoading(later);
  }

  async #awaitLoading(loading: Promise<void>): Promise<void> {
    this.#loading += 1;
    try {
      await loading;
    } finally {
      this.#loading -= 1;
      this.#settleIfIdle();
    }
  }

  #answer(member: Member, task: Task): void {
    try {
      const parcel = (task.parcel ??= pack(this.#recruiter.carrier, task));
      member.answer({ data: parcel.data, numbers: task.numbers }, parcel);
      parcel.sent();
    } catch (error) {
      // the platform cannot clone it
      task.parcel?.failed();
      this.#turnAway(member, task.slot);
      task.job.fail(task, error);
    }
  }

  /** What a member asks for cannot be had, or nobody wants it done any more: its pool was terminated meanwhile. */
  #turnAway(member: Member, slot: number): void {
    this.#table.free(slot);
    this.#release(slot);
    member.answer(null);
  }

  #dismiss(member: Member): void {
    if (this.#members[member.place] !== member) return;
    if (this.#table.hasStarted(member.place)) this.#stillborn = 0;
    this.#members[member.place] = undefined;
    this.#table.vacate(member.place);
    member.release();
    if (!this.#terminated && this.#cause === undefined && !(this.#closing && this.#isIdle)) this.#feed();
    this.#settleIfIdle();
  }

  #failAll(error: () => unknown): void {
    const tasks = this.tasks();
    this.#backlog = [];
    this.#first = 0;
    for (const task of tasks) {
      // a member may still report its outcome: the slot is free then
      if (task.slot >= 0 && this.#table.withdraw(task.slot)) this.#release(task.slot);
      else if (task.slot >= 0) this.#underWay[task.slot] = undefined;
      task.job.fail(task, error());
    }
  }

  #release(slot: number): void {
    this.#vacate(this.#underWay[slot]);
    this.#underWay[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  #vacate(task: Task | undefined): void {
    if (task?.values instanceof Room) this.#rooms.free(task.values);
  }

  get #isIdle(): boolean {
    return this.#loading === 0 && this.#backlog.length === 0 && this.#freeSlots.length === SLOTS;
  }

  #settleIfIdle(): void {
    if (!this.#isIdle) return;
    expectNothing(this);
    if (!this.#closing) return;
    this.#table.close(this.size);
    if (this.isOver) this.#over.resolve();
  }
}

/** Raises PicklingError for what cannot be sent, by its name in the call. */
function pack(carrier: Carrier, task: Task): Parcel {
  const { fn, mode, values, index } = task;
  if (values instanceof Room) return carrier.dump({ fn }, '');
  task.numbers = asNumbers(values);
  if (task.numbers !== undefined) return carrier.dump({ fn }, '');
  try {
    return carrier.dump({ fn, args: values }, '');
  } catch (error) {
    if (mode === Mode.call) throw error;
    // a chunk's items are known by their places among all
    const items: unknown[] = [];
    for (const [i, value] of values.entries()) items[index + i] = value;
    return carrier.dump({ items }, '');
  }
}
