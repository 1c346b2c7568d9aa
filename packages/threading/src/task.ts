/** What a pool gives to a thread: a function and what to call it with. */
import type { Parcel } from '@p8/pickle';
import type { Room } from './number-rooms.ts';

/** How the function is called: once with all values, or with each of them, or with each of them as its arguments. */
export const Mode = { call: 0, each: 1, star: 2 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

/** Any function. */
export type Callable = (...args: never) => unknown;

/** Who hears of a task's outcome: one of the two, once. */
export interface Job {
  /** The results of a chunk, if they are numbers, may come as a Float64Array, which is somebody else's after the call. */
  succeed(task: Task, value: unknown): void;
  fail(task: Task, error: unknown): void;
}

export class Task {
  readonly fn: Callable;
  readonly mode: Mode;
  /** Or where they lie. */
  readonly values: readonly unknown[] | Room;
  readonly job: Job;
  /** Its place among the tasks of its job. */
  readonly index: number;
  /** Where it is in the table, or -1. */
  slot = -1;
  /** How it crosses where it has no room in the table: as a parcel, and beside it the values, if they are many numbers. */
  parcel: Parcel | undefined;
  numbers: Float64Array | undefined;

  constructor(fn: Callable, mode: Mode, values: readonly unknown[] | Room, job: Job, index = 0) {
    this.fn = fn;
    this.mode = mode;
    this.values = values;
    this.job = job;
    this.index = index;
  }
}
