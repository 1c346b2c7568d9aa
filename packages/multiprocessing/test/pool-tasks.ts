/** What processes of pools do in the tests. */
import { existsSync, writeFileSync } from 'node:fs';
import { RuntimeError, ValueError } from '@p8/errors';
import { currentProcess, Pool, Process } from '../src/index.ts';
import type { Connection, Lock } from '../src/index.ts';
import { computesForEver, nothing } from './tasks.ts';

export function double(x: number): number {
  return 2 * x;
}

export function add(a: number, b: number): number {
  return a + b;
}

export function echo<T>(value: T): T {
  return value;
}

export async function later<T>(value: T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
}

export function fail(message: string): never {
  throw new ValueError(message);
}

/** An error with a field of its own. */
export class BadPort extends RuntimeError {
  readonly port: number;

  constructor(port: number) {
    super(`bad port ${port}`);
    this.port = port;
  }
}

export function failWithField(port: number): never {
  throw new BadPort(port);
}

/** An error whose class nobody else can have. */
export function failStrangely(): never {
  class Strange extends ValueError {
    readonly detail = 7;
  }
  throw new Strange('strange');
}

export function throwUnclonable(): never {
  // oxlint-disable-next-line typescript/only-throw-error -- what a user may do
  throw Symbol('local');
}

export function giveUnclonable(): unknown {
  return { callback: () => 1 };
}

export function pid(): number {
  return process.pid;
}

export function whoAmI(): { readonly name: string; readonly daemon: boolean; readonly pid: number } {
  const { name, daemon } = currentProcess();
  return { name, daemon, pid: process.pid };
}

export function kill(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
  for (;;) nothing();
}

export function exit(status: number): never {
  process.exit(status);
}

/** Says that it runs, and computes for ever. */
export function compute(started: Connection): never {
  started.sendSync(process.pid);
  for (;;) nothing();
}

/** Says that it runs, and goes on when it is told to. */
export function waitFor(connection: Connection): unknown {
  connection.sendSync(process.pid);
  return connection.recvSync();
}

export function holdAndDie(lock: Lock): void {
  lock.acquireSync();
  kill('SIGKILL');
}

export function hold(lock: Lock): void {
  lock.withSync(nothing);
}

/** Says that it is about to give very much. */
export function giveMuch(connection: Connection, bytes: number): Uint8Array {
  connection.sendSync(process.pid);
  return new Uint8Array(bytes);
}

let greeting = '';

export function setGreeting(text: string): void {
  greeting = text;
}

export function greet(name: string): string {
  return `${greeting}, ${name}`;
}

/** Kills the process, unless one was killed here before. */
export function dieOnce(path: string): void {
  if (existsSync(path)) return;
  writeFileSync(path, '');
  kill('SIGKILL');
}

/** Keeps so many bytes. */
export function hoard(bytes: number): number {
  hoarded.push(Buffer.alloc(bytes, 1));
  return process.pid;
}

const hoarded: Buffer[] = [];

export function ignoreTermination(started: Connection): never {
  process.on('SIGTERM', nothing);
  return compute(started);
}

export async function haveChild(): Promise<number | null> {
  const child = new Process({ target: nothing });
  child.start();
  await child.join();
  return child.exitcode;
}

export async function poolWithin(numbers: readonly number[]): Promise<number[]> {
  await using pool = new Pool(1);
  return await pool.map(double, numbers);
}

export { computesForEver, nothing };
