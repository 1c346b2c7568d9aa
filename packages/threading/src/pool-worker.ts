/**
 * What a member of a crew does: takes tasks from the table until there will be no more. It spins for a moment before it sleeps; sleeps
 * blocking for a moment, since that is woken in a fifth of the time; and then in its event loop, so that what its tasks have left
 * there goes on.
 */
import type { Parcel } from '@p8/pickle';
import { MaybeEncodingError } from './future-errors.ts';
import { wakeDozingOwner, wakeOwner } from './inbox.ts';
import type { Caller } from './inbox.ts';
import type { NumberMemory } from './number-rooms.ts';
import { asNumbers, toArray } from './numbers.ts';
import { Patience } from './patience.ts';
import type { Answer, Carrier, Outcome } from './recruiter.ts';
import { sendFailure } from './send-failure.ts';
import { Mode } from './task.ts';
import type { Callable } from './task.ts';
import { Form, Mood } from './task-table.ts';
import type { TaskTable } from './task-table.ts';

/** What a member has of its owner. */
export interface Line extends Caller {
  readonly carrier: Carrier;
  /** Where the numbers of tasks lie. */
  readonly numbers: NumberMemory;
  /** Sends an outcome and reports it, in the order that the owner counts on. Raises what cannot be sent, before it reports. */
  deliver(outcome: Outcome, parcel: Parcel | undefined, report: () => void): void;
  /** Blocks until the owner answers. */
  answer(): Answer | null;
}

/** Of a task; numbers may lie in a room, and what is in its places goes to the owner. */
type Values = readonly unknown[] | Float64Array;
type Call = (value: unknown) => unknown;

/** How long a member looks for work before it sleeps at most, in milliseconds: what being woken costs, twice. */
const LOOK = 0.02;
/** Looks between two at the clock. */
const LOOKS = 64;
/** How long it blocks before it sleeps in its event loop, in milliseconds. */
const NAP = 5;
/** How long tasks that do not await may follow each other before the event loop has a turn, in milliseconds. */
const LONGEST_TURN = 5;

export class PoolWorker {
  readonly #place: number;
  readonly #table: TaskTable;
  readonly #line: Line;
  readonly #hasDoneEnough: ((tasks: number) => boolean) | undefined;
  readonly #functions: Callable[] = [];
  readonly #patience = new Patience(LOOK);
  #turned = performance.now();
  #tasks = 0;

  /** @param hasDoneEnough asked after each task, with how many it has done: whether another member shall take its place */
  constructor(place: number, table: TaskTable, line: Line, hasDoneEnough?: (tasks: number) => boolean) {
    this.#place = place;
    this.#table = table;
    this.#line = line;
    this.#hasDoneEnough = hasDoneEnough;
  }

  /** Resolves when there is no more for it to do. */
  async run(): Promise<void> {
    const table = this.#table;
    table.start(this.#place);
    for (;;) {
      const slot = table.claim(this.#place);
      if (slot < 0) {
        if (table.closed) return;
        wakeDozingOwner(this.#line);
        await this.#rest();
        continue;
      }
      table.setMood(this.#place, Mood.busy);
      const running = this.#execute(slot);
      if (running !== undefined) await running;
      this.#tasks += 1;
      if (this.#hasDoneEnough?.(this.#tasks) === true) return;
      if ((this.#tasks & 127) === 0 && performance.now() - this.#turned > LONGEST_TURN) await this.#turn();
    }
  }

  #execute(slot: number): Promise<void> | undefined {
    const word = this.#table.task(slot);
    const fn = this.#functions[word >> 2];
    const form = this.#table.form(slot);
    const held = form === Form.numbers ? this.#line.numbers.view(this.#table.room(slot)) : undefined;
    if (fn === undefined || form === Form.message) return this.#ask(slot, word, held);
    return this.#call(slot, fn, (word & 3) as Mode, held ?? (this.#table.read(slot) as unknown[]));
  }

  /** Gets from the owner what has no room in the table, or the function that it is for. */
  async #ask(slot: number, word: number, held: Float64Array | undefined): Promise<void> {
    this.#report(slot, Form.question);
    const answer = this.#line.answer();
    // it cannot be sent, as whoever gave it out knows already
    if (answer === null) return;
    const { data, numbers } = answer;
    try {
      const { fn, args } = (await this.#line.carrier.load(data)) as {
        readonly fn: Callable;
        readonly args?: readonly unknown[];
      };
      this.#functions[word >> 2] = fn;
      await this.#call(slot, fn, (word & 3) as Mode, held ?? args ?? toArray(numbers!));
    } catch (error) {
      this.#fail(slot, error);
    }
  }

  #call(slot: number, fn: Callable, mode: Mode, values: Values): Promise<void> | undefined {
    try {
      const result = mode === Mode.call ? fn(...(values as never)) : callEach(fn, values, mode === Mode.star);
      if (isThenable(result)) {
        return Promise.resolve(result).then(
          (value) => this.#succeed(slot, value),
          (error: unknown) => this.#fail(slot, error),
        );
      }
      if (mode !== Mode.call && result === values) this.#report(slot, Form.numbers);
      else this.#succeed(slot, result);
    } catch (error) {
      this.#fail(slot, error);
    }
    return undefined;
  }

  #succeed(slot: number, value: unknown): void {
    if (this.#table.write(slot, value)) return this.#report(slot, Form.small);
    const numbers = asNumbers(value);
    try {
      if (numbers === undefined) this.#deliver(slot, value, 'result', Form.message);
      else this.#line.deliver({ slot, numbers }, undefined, () => this.#report(slot, Form.message));
    } catch (error) {
      const reason = `Error sending result: ${(error as Error).message}`;
      this.#fail(slot, new MaybeEncodingError(reason, { cause: error }));
    }
  }

  #fail(slot: number, error: unknown): void {
    sendFailure(error, (sendable) => this.#deliver(slot, sendable, 'value', Form.error));
  }

  #deliver(slot: number, value: unknown, name: string, form: Form): void {
    const parcel = this.#line.carrier.dump(value, name);
    try {
      this.#line.deliver({ slot, data: parcel.data }, parcel, () => this.#report(slot, form));
    } catch (error) {
      parcel.failed();
      throw error;
    }
    parcel.sent();
  }

  #report(slot: number, form: Form): void {
    this.#table.report(this.#place, slot, form);
    wakeOwner(this.#line);
  }

  /** Looks for work until there may be some. */
  async #rest(): Promise<void> {
    const table = this.#table;
    table.setMood(this.#place, Mood.looking);
    if (this.#look()) return;
    if (this.#sleepUnlessNeeded(NAP)) return;
    // the loop has its turn; whoever gives out work meanwhile finds this thread looking
    await this.#turn();
    table.setMood(this.#place, Mood.asleep);
    if (table.empty && !table.closed) await table.sleep(this.#place);
    table.setMood(this.#place, Mood.looking);
  }

  #look(): boolean {
    const table = this.#table;
    const { limit } = this.#patience;
    const end = limit === 0 ? 0 : performance.now() + limit;
    while (performance.now() < end) {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (table.empty) continue;
        this.#patience.rewarded();
        return true;
      }
    }
    this.#patience.disappointed();
    return false;
  }

  /** Comes back: whether there may be work. */
  #sleepUnlessNeeded(milliseconds: number): boolean {
    const table = this.#table;
    table.setMood(this.#place, Mood.asleep);
    // what was given out before the mood was set roused nobody
    const roused = !table.empty || table.closed || table.sleepSync(this.#place, Mood.asleep, milliseconds);
    table.setMood(this.#place, Mood.looking);
    return roused;
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#turned = performance.now();
  }
}

/**
 * Calls the function with one value after another; waits for those that return a promise. Comes back: the results; for numbers of which
 * each became a number, they themselves, as those are then in their places.
 */
function callEach(fn: Callable, values: Values, star: boolean): Values | Promise<unknown[]> {
  const call: Call = star ? (value) => fn(...(value as never)) : (fn as Call);
  if (values instanceof Float64Array) return replaceEach(call, values);
  return values.length === 0 ? [] : goOn(call, values, [], call(values[0]));
}

function replaceEach(call: Call, numbers: Float64Array): Values | Promise<unknown[]> {
  for (let i = 0; i < numbers.length; i++) {
    const result = call(numbers[i]);
    if (typeof result !== 'number') return goOn(call, numbers, toArray(numbers.subarray(0, i)), result);
    numbers[i] = result;
  }
  return numbers;
}

/** With the value that follows those which have results; it has been called already. */
function goOn(call: Call, values: Values, results: unknown[], called: unknown): unknown[] | Promise<unknown[]> {
  for (let result = called; ; result = call(values[results.length])) {
    if (isThenable(result)) return awaitEach(call, values, results, result);
    results.push(result);
    if (results.length === values.length) return results;
  }
}

async function awaitEach(call: Call, values: Values, results: unknown[], called: unknown): Promise<unknown[]> {
  results.push(await called);
  while (results.length < values.length) results.push(await call(values[results.length]));
  return results;
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
