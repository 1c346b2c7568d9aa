/**
 * The table of all living threads of the program, in memory that they share: who there is can be asked, and waited for,
 * from any thread, also while the main thread is blocked.
 *
 *     header   idents given out | numbers given out
 *     a row    ident | parent's ident | kernel's id | daemon | length of name | name as UTF-16
 *
 * A row belongs to a thread while it holds the thread's ident. Idents are never given out twice, so a waiter that wakes up late
 * is not deceived by the next owner of the row. New workers get the table as environment data, those of other libraries too.
 */
import { openSync, writeFileSync, writeSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { RuntimeError } from '@p8/errors';
import { hasEnded, threadNumber } from './kernel-thread.ts';
import { park } from './realm.ts';

/** A living or ended thread: its row, and the ident by which the row was its own. */
export interface Entry {
  readonly row: number;
  readonly ident: number;
}

export const MAIN: Entry = { row: 0, ident: 1 };

const ROWS = 1024;
const HEADER = 2;
const IDENTS = 0;
const NUMBERS = 1;

const IDENT = 0;
const PARENT = 1;
const NATIVE = 2;
const DAEMON = 3;
const LENGTH = 4;
const NAME = 5;
const LONGEST_NAME = 80;
const ROW = NAME + LONGEST_NAME / 2;

/** Stands in a row from its choice until its thread can be seen. */
const RESERVED = -1;

const KEY = '@p8/threading.registry';
const memory = findMemory();
const words = new Int32Array(memory);
const letters = new Uint16Array(memory);

/** Enters a thread that is about to start. Raises RuntimeError when there are too many. */
export function enter(thread: { readonly name: string; readonly daemon: boolean; readonly parent: number }): Entry {
  for (let row = 1; row < ROWS; row++) {
    const at = HEADER + row * ROW;
    if (Atomics.compareExchange(words, at + IDENT, 0, RESERVED) !== 0) continue;
    const ident = 1 + Atomics.add(words, IDENTS, 1);
    words[at + PARENT] = thread.parent;
    words[at + NATIVE] = 0;
    words[at + DAEMON] = Number(thread.daemon);
    const entry = { row, ident };
    rename(entry, thread.name);
    Atomics.store(words, at + IDENT, ident);
    return entry;
  }
  throw new RuntimeError(`can't start new thread: ${ROWS} threads are alive`);
}

/** Strikes out a thread that has ended, and wakes who waits for that. Twice is fine. */
export function leave(entry: Entry): void {
  const at = HEADER + entry.row * ROW;
  if (Atomics.compareExchange(words, at + IDENT, entry.ident, 0) !== entry.ident) return;
  Atomics.notify(words, at + IDENT);
}

/** The threads whose workers live inside that of `ident`. */
export function childrenOf(ident: number): Entry[] {
  return living().filter(({ row }) => words[HEADER + row * ROW + PARENT] === ident);
}

/** All living threads, in the order of their rows: the main thread first. */
export function living(): Entry[] {
  const entries: Entry[] = [];
  for (let row = 0; row < ROWS; row++) {
    const ident = Atomics.load(words, HEADER + row * ROW + IDENT);
    if (ident > 0) entries.push({ row, ident });
  }
  return entries;
}

export function isLiving({ row, ident }: Entry): boolean {
  return Atomics.load(words, HEADER + row * ROW + IDENT) === ident;
}

/** Blocks this thread until the other one may have ended; comes back false once the deadline has passed. */
export function parkUntilLeft({ row, ident }: Entry, deadline: number): boolean {
  return park(words, HEADER + row * ROW + IDENT, ident, deadline) !== false;
}

/** Resolves when the thread has ended. Does not keep the program alive. */
export async function waitUntilLeft(entry: Entry): Promise<void> {
  const at = HEADER + entry.row * ROW + IDENT;
  while (isLiving(entry)) await Atomics.waitAsync(words, at, entry.ident).value;
}

export function nameOf({ row }: Entry): string {
  const at = HEADER + row * ROW;
  const first = (at + NAME) * 2;
  return String.fromCharCode(...letters.subarray(first, first + Atomics.load(words, at + LENGTH)));
}

/** Others see the first 80 UTF-16 units; `top` and debuggers, of a thread that runs, the first 15 bytes. */
export function rename(entry: Entry, name: string): void {
  const at = HEADER + entry.row * ROW;
  const length = Math.min(name.length, LONGEST_NAME);
  for (let i = 0; i < length; i++) letters[(at + NAME) * 2 + i] = name.charCodeAt(i);
  Atomics.store(words, at + LENGTH, length);
  const id = Atomics.load(words, at + NATIVE);
  if (id > 0) label(id, nameOf(entry));
}

export function isDaemon({ row }: Entry): boolean {
  return words[HEADER + row * ROW + DAEMON] === 1;
}

/** The kernel's id of the thread. Waits until its worker runs: 30 ms, were it a fresh one. 0 if it has ended before. */
export function nativeIdOf(entry: Entry): number {
  const at = HEADER + entry.row * ROW + NATIVE;
  while (isLiving(entry) && Atomics.load(words, at) === 0) Atomics.wait(words, at, 0, 10);
  return Atomics.load(words, at);
}

/** Tells the others the kernel's id of this thread, and the kernel its name. */
export function announce(entry: Entry): void {
  const at = HEADER + entry.row * ROW + NATIVE;
  let name = nameOf(entry);
  label(threadNumber, name);
  Atomics.store(words, at, threadNumber);
  Atomics.notify(words, at);
  // renamed meanwhile
  for (; name !== nameOf(entry); label(threadNumber, name)) name = nameOf(entry);
}

/** Whether the kernel still has a thread of that entry; true while its worker is not running yet. */
export function isRunning({ row }: Entry): boolean {
  const id = Atomics.load(words, HEADER + row * ROW + NATIVE);
  return id === 0 || !hasEnded(id);
}

/** 1, 2, 3, …: for names that nobody chose. */
export function nextNumber(): number {
  return 1 + Atomics.add(words, NUMBERS, 1);
}

/** Gives a thread its name in proc(5), which the kernel cuts. It is a label only: where it cannot be written, or the thread is gone, none is. */
function label(id: number, name: string): void {
  try {
    // a worker opens its own file once
    if (id === threadNumber) writeSync((ownLabel ??= openSync(`/proc/self/task/${id}/comm`, 'w')), name);
    else writeFileSync(`/proc/self/task/${id}/comm`, name);
  } catch {}
}

let ownLabel: number | undefined;

function findMemory(): SharedArrayBuffer {
  const known = getEnvironmentData(KEY);
  if (known instanceof SharedArrayBuffer) return known;
  const made = new SharedArrayBuffer((HEADER + ROWS * ROW) * Int32Array.BYTES_PER_ELEMENT);
  const rows = new Int32Array(made);
  rows[IDENTS] = MAIN.ident;
  rows[HEADER + IDENT] = MAIN.ident;
  rows[HEADER + NATIVE] = process.pid;
  rows[HEADER + LENGTH] = 10;
  const first = (HEADER + NAME) * 2;
  new Uint16Array(made).set(
    Array.from('MainThread', (letter) => letter.charCodeAt(0)),
    first,
  );
  setEnvironmentData(KEY, made);
  return made;
}
