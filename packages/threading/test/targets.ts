/** What the tests run in threads: a test cannot be imported by one. */
import { readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { RuntimeError, SystemExit, ValueError } from '@p8/errors';
import {
  activeCount,
  currentThread,
  enumerateThreads,
  Event,
  getIdent,
  getNativeId,
  Lock,
  mainThread,
  setExcepthook,
  Thread,
  ThreadLocal,
  ThreadPool,
} from '@p8/threading';
import type { WorkerLostError } from '@p8/threading';

export function nothing(): void {}

export function add(a: number, b: number): number {
  return a + b;
}

export function double(x: number): number {
  return 2 * x;
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

export async function failLater(message: string): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
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

/** An error that nobody waits for, while the thread goes on. */
export async function failStrayly(): Promise<void> {
  setImmediate(() => {
    throw new ValueError('stray');
  });
  await new Promise(() => setInterval(nothing, 1000));
}

export function leaveSystem(): never {
  throw new SystemExit(5);
}

/** Throws what cannot be sent. */
export function throwUnclonable(what: 'symbol' | 'callback'): never {
  throw what === 'symbol' ? Symbol('local') : { callback: () => 1 };
}

export function exit(code: number): never {
  process.exit(code);
}

export function exhaust(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 1000 }, Math.random));
}

export function giveUnclonable(): unknown {
  return { callback: () => 1, symbol: Symbol('local') };
}

/** Until it is told to end. */
export function waitFor(event: Event): void {
  event.waitSync();
}

export function meet(arrived: Int32Array, all: number): void {
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
  for (let there = Atomics.load(arrived, 0); there < all; there = Atomics.load(arrived, 0)) {
    Atomics.wait(arrived, 0, there);
  }
}

export function holdAndExit(lock: Lock): never {
  lock.acquireSync();
  process.exit(0);
}

export function holdAndWait(lock: Lock, held: Event): void {
  lock.acquireSync();
  held.set();
  new Event().waitSync({ timeout: 600 });
}

export function increment(counter: Int32Array, lock: Lock, times: number): void {
  for (let i = 0; i < times; i++) lock.withSync(() => (counter[0]! += 1));
}

export interface Identity {
  readonly name: string;
  readonly ident: number;
  readonly nativeId: number;
  /** What the kernel calls it. */
  readonly label: string;
  readonly daemon: boolean;
  readonly main: string;
  readonly count: number;
  readonly names: readonly string[];
}

export function whoAmI(): Identity {
  const thread = currentThread();
  return {
    name: thread.name,
    ident: getIdent(),
    nativeId: getNativeId(),
    label: readFileSync(`/proc/self/task/${getNativeId()}/comm`, 'utf8').trimEnd(),
    daemon: thread.daemon,
    main: mainThread().name,
    count: activeCount(),
    names: enumerateThreads().map(({ name }) => name),
  };
}

/** Hands what it finds to whoever listens on the channel. */
export function tell(channel: string, what: 'identity' | 'daemon'): void {
  const sender = new BroadcastChannel(channel);
  sender.postMessage(what === 'identity' ? whoAmI() : currentThread().daemon);
  sender.close();
}

/** A subclass with a field, whose constructor is not run again in the thread. */
export class Greeter extends Thread {
  readonly counter: Int32Array;
  readonly step: number;
  static made = 0;

  constructor(counter: Int32Array, step: number) {
    super({ name: 'greeter' });
    this.counter = counter;
    this.step = step;
    Greeter.made += 1;
  }

  override run(): void {
    if (currentThread() !== this || Greeter.made !== 0 || this.name !== 'greeter') throw new RuntimeError('not myself');
    this.counter[0]! += this.step;
  }
}

// what threads leave behind

export const leftovers: Readonly<Record<string, () => void>> = {
  timer: () => void setInterval(nothing, 1000),
  server: () => void createServer().listen(0),
  listener: () => void process.on('SIGUSR2', nothing),
  global: () => void Object.assign(globalThis, { left: 1 }),
  prototype: () => void Reflect.defineProperty(Array.prototype, 'left', { value: 1, configurable: true }),
  console: () => void (console.log = nothing),
  stdout: () => void (process.stdout.write = () => true),
  exitCode: () => void (process.exitCode = 3),
};

export function leave(what: string): void {
  leftovers[what]!();
}

let visits = 0;

/** How often threads have run in this worker. */
export function visit(seen: Int32Array): void {
  visits += 1;
  seen[0] = visits;
}

export const session = new ThreadLocal(() => ({ queries: 0 }));

export function query(seen: Int32Array, given?: { queries: number }): void {
  session.queries += 1;
  seen[0] = session.queries;
  if (given !== undefined) {
    given.queries += 1;
    seen[1] = given.queries;
  }
}

export function initialSession(): { queries: number } {
  return { queries: 10 };
}

// threads that start threads

export async function nest(counter: Int32Array, depth: number): Promise<void> {
  Atomics.add(counter, 0, 1);
  if (depth === 0) return;
  const children = [0, 1].map(() => new Thread({ target: nest, args: [counter, depth - 1] }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
}

export function nestBlocking(counter: Int32Array): void {
  const child = new Thread({ target: nest, args: [counter, 0] });
  child.start();
  child.joinSync();
  Atomics.add(counter, 0, 1);
}

/** Starts a thread that outlives this one. */
export function leaveChild(event: Event, counter: Int32Array): void {
  new Thread({ target: countAfter, args: [event, counter], daemon: true }).start();
}

export function countAfter(event: Event, counter: Int32Array): void {
  event.waitSync();
  Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
}

export async function poolWithin(numbers: readonly number[]): Promise<number[]> {
  await using pool = new ThreadPool(1);
  return await pool.map(double, numbers);
}

export function joinThread(thread: Thread, seen: Int32Array): void {
  seen[0] = thread.ident!;
  thread.joinSync();
  seen[1] = Number(thread.isAlive());
}

export function hookHere(seen: Int32Array): never {
  setExcepthook(() => (seen[0] = 1));
  throw new ValueError('heard here');
}

export function overflow(seen: Int32Array): void {
  const deeper = (depth: number): number => {
    seen[0] = depth;
    return deeper(depth + 1) + 1;
  };
  try {
    deeper(0);
  } catch {
    // how deep it came is in `seen`
  }
}

export function print(text: string): void {
  console.log(text);
}

export function printRaw(text: string): void {
  writeSync(1, text);
}

let greeting = 'not initialized';

export function setGreeting(text: string): void {
  greeting = text;
}

export function keep(_value: object): void {}

export function greet(name: string): string {
  return `${greeting}, ${name}`;
}

/** Never ends by itself; tells where it was started how it ended. */
export class Stubborn extends Thread {
  readonly losses: unknown[] = [];

  override run(): void {
    for (;;);
  }

  override afterEnd(loss: WorkerLostError | null): void {
    this.losses.push(loss);
  }
}

/** Ends at once. */
export class Brief extends Stubborn {
  override run(): void {}
}
