/**
 * Processes: Python's `multiprocessing.Process`. A child is a fresh process of Node; what is given to it arrives as a copy.
 *
 *     start() ── class, fields, target, args ──▶ bootstrap: imports them, run()
 *     join(), exitcode ◀── its end ──
 *
 * https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process
 */
import { AssertionError, ValueError } from '@p8/errors';
import { importable, refuseWhileImporting } from '@p8/pickle';
import type { WaitOptions } from '@p8/threading';
import { cloneCodec } from '../connection/codec.ts';
import { insideOf } from '../connection/connection.ts';
import type { Seconds } from '../connection/limits.ts';
import { spawnChild } from './child.ts';
import type { Child } from './child.ts';
import type { Preparation, StartMethod, Work } from './job.ts';
import { own } from './own.ts';
import { prepareSpare, takeChild } from './spare.ts';
import { executableOfChildren, getStartMethod } from './start-method.ts';

/** What a process does, and how. */
export type ProcessOptions<Args extends readonly unknown[]> = ProcessTraits &
  (
    | { readonly target?: undefined; readonly args?: undefined }
    | ({
        /** An exported function of a module. It may be async: the process ends when its promise settles. */
        readonly target: (...args: Args) => unknown;
      } & ([] extends Args ? { readonly args?: NoInfer<Args> } : { readonly args: NoInfer<Args> }))
  );

export interface ProcessTraits {
  /** Default: `Process-N`. */
  readonly name?: string | undefined;
  /** Whether it is ended when the program ends, instead of being waited for. Default: as the process that makes it. */
  readonly daemon?: boolean | undefined;
}

/**
 * A process. Give it a `target`, or override `run` in an exported subclass, whose own fields then travel with it.
 *
 *     const child = new Process({ target: work, args: [1, 'two'] });
 *     child.start();
 *     await child.join();
 *
 * For callers: `start`, `join`, `joinSync`, `isAlive`, `exitcode`, `pid`, `terminate`, `kill`, `close`. May be overridden: `run`.
 *
 * The child ends when `run` returns, or its promise settles, and its own threads and children that are no daemons have ended;
 * its timers and servers end with it. A child whose parent goes away ends too.
 */
export class Process<Args extends readonly unknown[] = readonly unknown[]> implements Disposable {
  /** How processes of this class start; null: as {@link getStartMethod} says. */
  static readonly startMethod: StartMethod | null = null;

  readonly #target: ((...args: never) => unknown) | null;
  readonly #args: readonly unknown[];
  readonly #identity: readonly number[];
  #name: string;
  #daemon: boolean;
  #authkey: Uint8Array = own.authkey;
  #child: Child | undefined;
  #closed = false;
  /** This is the process itself, in the child. */
  #isHere = false;

  constructor(options: ProcessOptions<Args> = {}) {
    if (options instanceof Adopted) {
      const [, , target, args] = options.work;
      this.#target = target;
      this.#args = args;
      this.#identity = [];
      this.#name = own.name;
      this.#daemon = own.daemon;
      this.#isHere = true;
      return;
    }
    const { target = null, args = [], name, daemon = own.daemon } = options;
    if (target !== null && typeof target !== 'function')
      throw new TypeError(`target must be an exported function, not ${String(target)}`);
    if (!Array.isArray(args))
      throw new TypeError(`args must be an array of the target's arguments, not ${String(args)}`);
    this.#target = target;
    this.#args = args;
    this.#identity = own.nextIdentity();
    this.#name = name ?? `Process-${this.#identity.join(':')}`;
    this.#daemon = daemon;
  }

  /**
   * Starts the process. Raises AssertionError the second time and for children of daemons, RuntimeError for a program without
   * its main guard, what @p8/pickle raises for a target or an argument that cannot cross, and the OSError of posix_spawn(3).
   * Never waits: 3 ms with a warm spare; a fresh process boots for 30 ms while the program goes on.
   */
  start(): void {
    this.#check();
    if (this.#child !== undefined || this.#isHere) throw new AssertionError('cannot start a process twice');
    if (own.daemon) throw new AssertionError('daemonic processes are not allowed to have children');
    refuseWhileImporting('a process');
    const method = (this.constructor as typeof Process).startMethod ?? getStartMethod();
    const type = this.constructor === Process ? null : this.constructor;
    const work: Work = [type, Object.fromEntries(Object.entries(this)), this.#target, this.#args];
    // before a child is taken: most of what can fail fails here
    const letters = [this.#preparation(method), work].map((content) => cloneCodec.encode(content));
    let child: Child | undefined;
    try {
      child = method === 'spawn' ? spawnChild(executableOfChildren()) : takeChild();
      for (const letter of letters) insideOf(child.connection).outgoing.postSync(letter, undefined);
    } catch (error) {
      for (const letter of letters) letter.failed();
      child?.close();
      throw error;
    }
    this.#child = child;
    if (!endsChildren) process.on('exit', endAll);
    endsChildren = true;
    active.add(this);
    if (!this.#daemon) void this.#ended(null);
    if (method === 'forkserver') prepareSpare();
  }

  /** What the process does: calls the target. Override it in a subclass; it runs in the child. */
  run(): unknown {
    return this.#target?.(...(this.#args as never));
  }

  /** Waits until the process has ended, for `timeout` seconds at most; see `exitcode` for how. Raises AssertionError before `start`. */
  async join(timeout: Seconds | null = null, options?: Pick<WaitOptions, 'signal'>): Promise<void> {
    this.#started('can only join a started process');
    await this.#ended(timeout, options);
  }

  /** As {@link join}, but blocks this thread. */
  joinSync(timeout: Seconds | null = null): void {
    const child = this.#started('can only join a started process');
    if (child.endedSync(timeout)) active.delete(this);
  }

  /** Whether it was started and has not ended. */
  isAlive(): boolean {
    this.#check();
    return this.#isHere || (this.#child !== undefined && this.exitcode === null);
  }

  /** Its exit status; minus the number of the signal that ended it; null before its end. */
  get exitcode(): number | null {
    this.#check();
    const exitcode = this.#child?.exitcode ?? null;
    if (exitcode !== null) active.delete(this);
    return exitcode;
  }

  /** What it is called; need not be unique. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
  }

  /** Whether it is ended when the program ends. Can be set until `start`. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (this.#child !== undefined) throw new AssertionError('process has already started');
    this.#daemon = daemon;
  }

  /** The id that the system knows it by; null before `start`. */
  get pid(): number | null {
    this.#check();
    return this.#isHere ? process.pid : (this.#child?.pid ?? null);
  }

  /** The same. */
  get ident(): number | null {
    return this.pid;
  }

  /** A descriptor that becomes readable when the process has ended: for `wait`, and for poll(2). Raises ValueError before `start`. */
  get sentinel(): number {
    this.#check();
    if (this.#child === undefined) throw new ValueError('process not started');
    return this.#child.connection.fileno();
  }

  /** The secret by which the processes of a program know each other; a child has its parent's. */
  get authkey(): Uint8Array {
    return this.#authkey;
  }

  set authkey(authkey: Uint8Array) {
    this.#authkey = Uint8Array.from(authkey);
  }

  /** Ends it by SIGTERM, which it may handle. */
  terminate(): void {
    this.#started('can only terminate a started process').kill('SIGTERM');
  }

  /** Ends it at once: SIGKILL. Its own children end with it. */
  kill(): void {
    this.#started('can only kill a started process').kill('SIGKILL');
  }

  /** Interrupts it as Ctrl-C does: SIGINT. */
  interrupt(): void {
    this.#started('can only interrupt a started process').kill('SIGINT');
  }

  /** Lets go of a process that has ended, or was never started. Raises ValueError while it runs. Twice is fine. */
  close(): void {
    if (this.#closed) return;
    if (this.isAlive())
      throw new ValueError(
        'Cannot close a process while it is still running. You should first call join() or terminate().',
      );
    this.#child?.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** `<Process(name, pid=12, started)>` */
  toString(): string {
    if (this.#closed) return `<${this.constructor.name}(${this.#name}, closed)>`;
    const child = this.#child;
    if (child === undefined) return `<${this.constructor.name}(${this.#name}, initial)>`;
    const state = child.exitcode === null ? 'started' : `stopped, exitcode=${child.exitcode}`;
    return `<${this.constructor.name}(${this.#name}, pid=${child.pid}, ${state}${this.#daemon ? ', daemon' : ''})>`;
  }

  #preparation(startMethod: StartMethod): Preparation {
    return {
      name: this.#name,
      daemon: this.#daemon,
      identity: this.#identity,
      authkey: this.#authkey,
      startMethod,
      cwd: process.cwd(),
      variables: { ...process.env },
      parent: { pid: process.pid, name: own.name },
    };
  }

  async #ended(timeout: Seconds | null, options?: Pick<WaitOptions, 'signal'>): Promise<void> {
    const child = this.#started('can only join a started process');
    if (await child.ended(timeout, options?.signal)) active.delete(this);
  }

  #started(otherwise: string): Child {
    this.#check();
    if (this.#child === undefined) throw new AssertionError(otherwise);
    return this.#child;
  }

  #check(): void {
    if (this.#closed) throw new ValueError('process object is closed');
  }
}

/** The object of a process in the child: of the class that was sent, but without running its constructor. */
export function adopt(work: Work): Process {
  const [type, fields] = work;
  return Object.assign(Reflect.construct(Process, [new Adopted(work)], type ?? Process) as Process, fields);
}

/** For the constructor. */
class Adopted {
  readonly work: Work;

  constructor(work: Work) {
    this.work = work;
  }
}

const active = new Set<Process>();
/** Whether this process ends its children at its own end: from the first one on. */
let endsChildren = false;

/** The children of this process that are alive. Looks at all of them, so that those that have ended leave no zombie. */
export function activeChildren(): Process[] {
  return [...active].filter((child) => child.isAlive());
}

/** Waits until all children have ended that the program must wait for. */
export async function joinChildren(): Promise<void> {
  for (const child of activeChildren()) if (!child.daemon) await child.join();
}

/** Those that are no daemons have ended by then, unless the program called `process.exit`. */
function endAll(): void {
  for (const child of activeChildren()) child.terminate();
}

/** {@link Process} by a fresh process each time. */
export class SpawnProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  static override readonly startMethod: StartMethod = 'spawn';
}

/** {@link Process} by the warm spare. */
export class ForkServerProcess<Args extends readonly unknown[] = readonly unknown[]> extends Process<Args> {
  static override readonly startMethod: StartMethod = 'forkserver';
}

importable(import.meta, { Process, SpawnProcess, ForkServerProcess });
