/**
 * The state of a pickle being loaded: a stack with marks, and the memo by which shared and cyclic objects refer to each
 * other. It never calls itself, so that no nesting is too deep for it.
 */
import type { UnpicklingError } from '../pickle-error.ts';
import type { Table } from './allow.ts';
import type { How, Known } from './known.ts';
import type { Reader } from './reader.ts';

/** What an opcode does. */
export type Action = (machine: Machine) => void;
export type Actions = Readonly<Record<number, Action>>;

export class Machine {
  readonly input: Reader;
  readonly table: Table;
  readonly how: How;
  /** Objects that may get a state later → the class that made them. */
  readonly made: Map<unknown, Known> = new Map();
  #stack: unknown[] = [];
  readonly #marks: number[] = [];
  /** Where the newest mark is: nothing below it is taken. */
  #floor = 0;
  readonly #memo: unknown[] = [];
  #stored = 0;
  /** How many bytes may still be taken for the value, about. */
  #room: number;

  constructor(input: Reader, table: Table, how: How, room: number) {
    this.input = input;
    this.table = table;
    this.how = how;
    this.#room = room;
  }

  /** Counts memory that the value takes beyond what the pickle takes, so that a short one cannot fill all there is. */
  spend(bytes: number): void {
    this.#room -= bytes;
    if (this.#room < 0) throw this.error('its value takes more memory than `maxMemory` allows');
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    this.#needs(1);
    return this.#stack.pop();
  }

  top(): unknown {
    this.#needs(1);
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#floor = this.#stack.length;
    this.#marks.push(this.#floor);
  }

  /** Takes all above the newest mark, and the mark. */
  popMark(): unknown[] {
    const at = this.#unmark();
    return this.#stack.splice(at);
  }

  /** Takes what is on top, a mark too. */
  drop(): void {
    if (this.#marks.length > 0 && this.#stack.length === this.#floor) this.#unmark();
    else this.pop();
  }

  /** Takes so many values. */
  take(count: number): unknown[] {
    this.#needs(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  memoize(): void {
    this.store(this.#stored);
  }

  /** Stores what is on top. No pickle of this length needs a number as large as its length. */
  store(index: number): void {
    if (!(index >= 0 && index < this.input.length)) throw this.error(`its memo has no place ${index}`);
    if (this.#memo[index] === undefined) this.#stored++;
    this.#memo[index] = this.top();
  }

  recall(index: number): void {
    const value = index >= 0 ? this.#memo[index] : undefined;
    if (value === undefined) throw this.error(`nothing was stored in place ${index} of its memo`);
    this.push(value);
  }

  error(reason: string, cause?: unknown): UnpicklingError {
    return this.input.error(reason, cause);
  }

  #unmark(): number {
    const at = this.#marks.pop();
    if (at === undefined) throw this.error('no mark was set before');
    this.#floor = this.#marks.at(-1) ?? 0;
    return at;
  }

  #needs(count: number): void {
    if (this.#stack.length - this.#floor < count) throw this.error('its stack is empty');
  }
}
