/**
 * Where the members of a crew come from, and how it talks to them: threads (thread-recruiter.ts), or the processes of
 * @p8/multiprocessing. What is small goes through the table, everything else as a message.
 */
import type { Parcel } from '@p8/pickle';
import type { BrokenExecutor } from './future-errors.ts';
import type { NumberMemory } from './number-rooms.ts';
import type { TaskTable } from './task-table.ts';

/** How values become messages, and values again. */
export interface Carrier {
  /** Raises PicklingError for what cannot be sent; `name` is what the value is called there. */
  dump(value: unknown, name: string): Parcel;
  load(data: unknown): Promise<unknown>;
  /** Raises UnpicklingError also for modules that cannot be imported without waiting. */
  loadSync(data: unknown): unknown;
}

/** The answer of the owner to a member that asks: `{ fn, args }`, or without the arguments if they are numbers, here or in a room. */
export interface Answer {
  readonly data: unknown;
  readonly numbers?: Float64Array | undefined;
}

/** An outcome that has no room in the table. */
export interface Outcome {
  readonly slot: number;
  readonly data?: unknown;
  readonly numbers?: Float64Array | undefined;
}

/** A thread or process of a pool, as the owner knows it. */
export interface Member {
  readonly place: number;
  /** What errors call it: `thread "ThreadPool-1 worker 1"`. */
  readonly title: string;
  /** The message that belongs to its report about a slot; undefined while that is on its way, which only an event loop can see. */
  outcomeOf(slot: number, blocked: boolean): Outcome | undefined;
  /** Answers its question, null if it need not do that task. Raises what cannot be sent; one that has gone is heard of elsewhere. */
  answer(answer: Answer | null, parcel?: Parcel): void;
  /** Looks whether it is still there, while the event loop stands still. */
  inspect(): void;
  /** Ends it, wherever it is. */
  terminate(): void;
  /** It has ended. */
  release(): void;
}

/** Who hears of the end of a member: one of these, once. */
export interface Employer {
  /** It left because there was no more to do, or because it had done enough. */
  ended(member: Member): void;
  /** It went away in the middle of something. */
  lost(member: Member, error: Error): void;
  /** It cannot work: its initializer raised this. */
  failed(member: Member, cause: unknown): void;
}

export interface Recruiter {
  readonly carrier: Carrier;
  /** The memory of the table, which is shared with the members. */
  readonly memory: ArrayBuffer | SharedArrayBuffer;
  /** The memory of numbers, likewise. */
  readonly numbers: NumberMemory;
  /** By which members wake the owner. */
  readonly bell: Int32Array;
  /** So many members in a row may be lost before they can work; then the next ones would be too. */
  readonly attempts: number;
  /** Starts one. Raises what starting a thread or a process raises. */
  hire(place: number, table: TaskTable, employer: Employer): Member;
  /** The error for pools that have lost all hope. */
  broken(cause: unknown): BrokenExecutor;
}
