/**
 * The machine under every pool of threads: it hires threads while there is work for them, gives out tasks, hears the outcomes, and replaces
 * threads that are lost.
 *
 *     submit ─▶ backlog ─▶ TaskTable ─▶ any free thread (pool-thread.ts)
 *     job    ◀─────────── drain ◀──── its report; what has no room in the table comes by its port
 */
import { MessageChannel } from 'node:worker_threads';
import type { ResourceLimits } from 'node:worker_threads';
import { RuntimeError } from '@p8/errors';
import { dump, load, loadSync, raisedIn, UnpicklingError } from '@p8/pickle';
import type { Parcel } from '@p8/pickle';
import { BrokenThreadPool, CancelledError } from './future-errors.ts';
import { bell, expect, expectNothing } from './inbox.ts';
import type { Source } from './inbox.ts';
import { keepAlive } from './keep-alive.ts';
import { launch, mourn } from './launch.ts';
import { Member } from './member.ts';
import { asNumbers } from './numbers.ts';
import { serve, Wire } from './pool-thread.ts';
import type { Answer, Outcome } from './pool-thread.ts';
import { ownEntry } from './own-entry.ts';
import { isRunning } from './registry.ts';
import { Mode } from './task.ts';
import type { Callable, Task } from './task.ts';
import { Form, SLOTS, TaskTable } from './task-table.ts';
import { within } from './within.ts';

/** What each thread does before its first task. */
export type Initializing<Args extends readonly unknown[]> =
  | { readonly initializer?: undefined; readonly initargs?: undefined }
  | ({
      /** Called first in each thread: an exported function. */
      readonly initializer: (...args: Args) => unknown;
    } & ([] extends Args ? { readonly initargs?: NoInfer<Args> } : { readonly initargs: NoInfer<Args> }));

export interface CrewOptions {
  readonly size: number;
  readonly name: (place: number) => string;
  /** Called in each thread before its first task: an exported function. */
  readonly initializer: Callable | undefined;
  readonly initargs: readonly unknown[];
  readonly resourceLimits: ResourceLimits | undefined;
}

export class Crew implements Source {
  readonly size: number;
  readonly #options: CrewOptions;
  readonly #table: TaskTable;
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
  #broken: BrokenThreadPool | undefined;

  /** Raises PicklingError for an initializer or its arguments that cannot be sent. */
  constructor(options: CrewOptions) {
    const { initializer, initargs } = options;
    if (initializer !== undefined) dump({ initializer, initargs }, '').failed();
    this.size = options.size;
    this.#options = options;
    this.#table = new TaskTable(options.size);
    this.#members = Array.from({ length: options.size });
  }

  /** Whether it takes no more tasks. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Why it cannot be used any more. */
  get broken(): BrokenThreadPool | undefined {
    return this.#broken;
  }

  /** Resolves when all threads have ended, after `close` or `terminate`. */
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

  /** Takes tasks back that no thread has begun. Comes back: those. */
  withdraw(tasks: readonly Task[]): Task[] {
    const gone = new Set(tasks.filter((task) => task.slot >= 0 && this.#table.withdraw(task.slot)));
    for (const { slot } of gone) this.#release(slot);
    const wanted = new Set(tasks);
    const waiting = this.#backlog.slice(this.#first);
    this.#backlog = waiting.filter((task) => !wanted.has(task));
    this.#first = 0;
    this.#feed();
    this.#settleIfIdle();
    return [...gone, ...waiting.filter((task) => wanted.has(task))];
  }

  /** What is not done, the oldest first. */
  tasks(): Task[] {
    return [...this.#underWay.filter((task) => task !== undefined), ...this.#backlog.slice(this.#first)];
  }

  /** Whether a thread has begun it. */
  isRunning(task: Task): boolean {
    return task.slot >= 0 && this.#table.isClaimed(task.slot);
  }

  /** Has all threads started, whether there is work or not. */
  hireAll(): void {
    for (let place = 0; place < this.size; place++) if (this.#members[place] === undefined) this.#hire(place);
  }

  /** Takes no more tasks; the threads end when all are done. */
  close(): void {
    this.#closing = true;
    this.#settleIfIdle();
  }

  /** Ends all threads wherever they are; tasks that are not done fail with CancelledError. */
  terminate(): void {
    this.#closing = true;
    for (const member of this.#members) void member?.host.terminate();
    this.#failAll(() => new CancelledError('the pool was terminated'));
    this.#settleIfIdle();
  }

  drain(blocked: boolean): number {
    let news = 0;
    for (const member of this.#members) {
      if (member !== undefined) news += member.read(this.#table, (slot) => this.#hear(member, slot, blocked));
    }
    if (news === 0) return 0;
    this.#feed();
    this.#settleIfIdle();
    return news;
  }

  inspect(): void {
    for (const member of this.#members) {
      member?.host.poll();
      if (member !== undefined && !isRunning(member.entry)) member.host.declareLost();
    }
  }

  #identify(fn: Callable): number {
    let id = this.#functions.get(fn);
    if (id === undefined) {
      dump(fn); // whether it can be found at all
      id = this.#functions.size;
      this.#functions.set(fn, id);
    }
    return id;
  }

  /** Moves tasks from the backlog into the table, and sees to it that there are threads for them. */
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
      this.#hire(place);
      wanted -= 1;
    }
  }

  /** Comes back: false if there is no room. */
  #give(task: Task): boolean {
    const slot = this.#freeSlots.at(-1)!;
    const small = this.#table.prepare(slot, (this.#identify(task.fn) << 2) | task.mode, task.values);
    try {
      if (!small) task.parcel ??= pack(task);
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
    const { port1, port2 } = new MessageChannel();
    const { initializer = null, initargs, resourceLimits, name } = this.#options;
    this.#table.reset(place);
    const args = [place, this.#table.memory, bell.buffer, new Wire(port2), initializer, initargs];
    const traits = { name: name(place), daemon: true, reuse: true, hooked: true, resourceLimits };
    const content = { type: null, fields: null, target: serve, args };
    const launched = launch(
      { ...traits, parent: ownEntry().ident, content },
      {
        daemon: true,
        ended: (report) => this.#ended(member, report),
        lost: (loss) => this.#lost(member, mourn(member.entry, traits.name, loss)),
      },
    );
    const member = new Member(place, port1, launched, traits.name);
    this.#members[place] = member;
  }

  #hear(member: Member, slot: number, blocked: boolean): void {
    const form = this.#table.form(slot);
    const task = this.#underWay[slot];
    if (form === Form.question) return task ? this.#answer(member, task) : this.#turnAway(member, slot);
    const value = form === Form.small ? this.#table.read(slot) : member.outcomeOf(slot);
    this.#table.free(slot);
    this.#release(slot);
    // it was lost or cancelled with its pool
    if (task === undefined) return;
    if (form === Form.small) return task.job.succeed(task, value);
    const { data, numbers } = value as Outcome;
    if (numbers !== undefined) return task.job.succeed(task, Array.from(numbers));
    const succeeded = form === Form.message;
    // the calls below are those of the event loop, which tell nothing: with a function that is not among them none is shown
    const settle = (loaded: unknown): void =>
      succeeded
        ? task.job.succeed(task, loaded)
        : task.job.fail(task, raisedIn(loaded, `thread "${member.name}"`, Crew));
    this.#load(data, blocked, settle, (error) => task.job.fail(task, error));
  }

  /** Makes a value of what was sent, at once if its modules are here or can be had without waiting. */
  #load(data: unknown, blocked: boolean, done: (value: unknown) => void, failed: (error: unknown) => void): void {
    let value: unknown;
    try {
      value = loadSync(data);
    } catch (error) {
      if (blocked || !(error instanceof UnpicklingError)) return failed(error);
      return void this.#loadLater(data, done, failed);
    }
    done(value);
  }

  async #loadLater(data: unknown, done: (value: unknown) => void, failed: (error: unknown) => void): Promise<void> {
    this.#loading += 1;
    try {
      done(await load(data));
    } catch (error) {
      failed(error);
    } finally {
      this.#loading -= 1;
      this.#settleIfIdle();
    }
  }

  #answer(member: Member, task: Task): void {
    try {
      const parcel = (task.parcel ??= pack(task));
      member.port.postMessage(answerOf(task, parcel.data), parcel.transfer);
      parcel.sent();
      this.#table.rouseAsker(member.place);
    } catch (error) {
      // the platform cannot clone it
      task.parcel?.failed();
      this.#turnAway(member, task.slot);
      task.job.fail(task, error);
    }
  }

  /** What a thread asks for cannot be had, or nobody wants it done any more: its pool was terminated meanwhile. */
  #turnAway(member: Member, slot: number): void {
    this.#table.free(slot);
    this.#release(slot);
    member.port.postMessage(null);
    this.#table.rouseAsker(member.place);
  }

  /** The thread has ended by itself: after `close`, because of its initializer, or of an error in its event loop. */
  #ended(member: Member, report: { readonly failure?: unknown }): void {
    if (!('failure' in report)) return this.#dismiss(member);
    const started = this.#table.hasStarted(member.place);
    this.#load(report.failure, false, lose.bind(this), lose.bind(this));
    function lose(this: Crew, cause: unknown): void {
      if (started) this.#lost(member, mourn(member.entry, member.name, { exitcode: 1, exited: false, cause }));
      else this.#break(member, cause);
    }
  }

  #lost(member: Member, error: RuntimeError): void {
    if (!this.#table.hasStarted(member.place) && !this.#closing) return this.#break(member, error);
    // what it has finished before is not lost
    member.read(this.#table, (slot) => this.#hear(member, slot, false));
    for (let slot = 0; slot < SLOTS; slot++) {
      if (!this.#table.isClaimedBy(slot, member.place)) continue;
      const task = this.#underWay[slot];
      this.#table.free(slot);
      this.#release(slot);
      task?.job.fail(task, error);
    }
    this.#dismiss(member);
  }

  /** A thread that cannot even start is not replaced: the next one would not start either. */
  #break(member: Member, cause: unknown): void {
    const reason = 'A thread initializer failed, the thread pool is not usable anymore';
    this.#broken ??= new BrokenThreadPool(reason, { cause });
    this.#closing = true;
    this.#failAll(() => new BrokenThreadPool(reason, { cause }));
    this.#dismiss(member);
  }

  #dismiss(member: Member): void {
    if (this.#members[member.place] !== member) return;
    this.#members[member.place] = undefined;
    member.port.close();
    if (!this.#closing || this.#backlog.length > 0) this.#feed();
    this.#settleIfIdle();
  }

  #failAll(error: () => Error): void {
    const tasks = this.tasks();
    this.#backlog = [];
    this.#first = 0;
    for (const task of tasks) {
      // a thread may still report its outcome: the slot is free then
      if (task.slot >= 0 && this.#table.withdraw(task.slot)) this.#release(task.slot);
      else if (task.slot >= 0) this.#underWay[task.slot] = undefined;
      task.job.fail(task, error());
    }
  }

  #release(slot: number): void {
    this.#underWay[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  #settleIfIdle(): void {
    if (this.#loading > 0 || this.#backlog.length > 0 || this.#freeSlots.length < SLOTS) return;
    expectNothing(this);
    if (!this.#closing) return;
    this.#table.close(this.size);
    if (this.isOver) this.#over.resolve();
  }
}

/** Raises PicklingError for what cannot be sent, by its name in the call. */
function pack({ fn, mode, values, index }: Task): Parcel {
  if (asNumbers(values)) return dump({ fn }, '');
  try {
    return dump({ fn, args: values }, '');
  } catch (error) {
    if (mode === Mode.call) throw error;
    // a chunk's items are known by their places among all
    const items: unknown[] = [];
    for (const [i, value] of values.entries()) items[index + i] = value;
    return dump({ items }, '');
  }
}

function answerOf(task: Task, data: unknown): Answer {
  return { data, numbers: asNumbers(task.values) };
}
