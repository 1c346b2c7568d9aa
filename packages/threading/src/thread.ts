/**
 * Threads: Python's `threading.Thread` on worker threads of Node. A thread has its own modules and globals; it shares what is
 * given to it in shared memory: locks, queues, values.
 *
 *     starter                                         worker
 *     start() ── class, fields, target, args ──▶ bootstrap: imports them, run()
 *     join()  ◀── error, whether it is clean ── the end
 *
 * https://docs.python.org/3/library/threading.html#thread-objects
 */
import type { ResourceLimits } from 'node:worker_threads';
import { RuntimeError } from '@p8/errors';
import { importable, reducible } from '@p8/pickle';
import { excepthook, exceptHookArgs, isHooked } from './excepthook.ts';
import { keepAlive } from './keep-alive.ts';
import { launch } from './launch.ts';
import { ownEntry } from './own-entry.ts';
import * as registry from './registry.ts';
import type { Entry } from './registry.ts';
import { deadlineOf } from './waiting.ts';
import type { Seconds, SignalOptions } from './waiting.ts';
import { Run } from './run.ts';
import { stackLimits } from './stack-size.ts';
import { within } from './within.ts';
import type { WorkerLostError } from './worker-lost-error.ts';

/** What a thread does, and how. */
export type ThreadOptions<Args extends readonly unknown[]> = ThreadTraits &
  (
    | { readonly target?: undefined; readonly args?: undefined }
    | ({
        /** An exported function of a module. It may be async: the thread ends when its promise settles. */
        readonly target: (...args: Args) => unknown;
      } & ([] extends Args ? { readonly args?: NoInfer<Args> } : { readonly args: NoInfer<Args> }))
  );

export interface ThreadTraits {
  /** Default: `Thread-N (target)`. */
  readonly name?: string | undefined;
  /** Whether the program may end without it. Default: as the thread that makes it. */
  readonly daemon?: boolean | undefined;
  /** Whether its worker may run others before and after. Default: true. */
  readonly reuse?: boolean | undefined;
  /** Limits of its memory, for a worker of its own. Default: the program's, and {@link stackSize}. */
  readonly resourceLimits?: ResourceLimits | undefined;
}

/**
 * A thread. Give it a `target`, or override `run` in an exported subclass, whose own fields then travel with it.
 *
 *     const thread = new Thread({ target: work, args: [1, lock] });
 *     thread.start();
 *     await thread.join();
 *
 * For callers: `start`, `join`, `joinSync`, `terminate`, `isAlive`, `name`, `ident`, `nativeId`, `daemon`. May be overridden: `run`,
 * `afterEnd`.
 *
 * The thread ends when `run` returns, or when its promise settles; timers and handles that are left over end with it. It may be
 * given to other threads: there it can be asked and joined; how it failed is known only to the one that started it.
 */
export class Thread<Args extends readonly unknown[] = readonly unknown[]> {
  readonly #target: ((...args: never) => unknown) | undefined;
  readonly #args: readonly unknown[];
  readonly #reuse: boolean;
  readonly #resourceLimits: ResourceLimits | undefined;
  #name: string;
  #daemon: boolean;
  #entry: Entry | undefined;
  /** Only where it was started. */
  #run: Run | undefined;

  constructor(options: ThreadOptions<Args> = {}) {
    if (options instanceof Adopted) {
      const { entry, target, args = [], name, daemon } = options.adoption;
      this.#entry = entry;
      this.#target = target;
      this.#args = args;
      this.#name = name;
      this.#daemon = daemon;
      this.#reuse = true;
      return;
    }
    const { target, args = [], name, daemon = registry.isDaemon(ownEntry()), reuse = true, resourceLimits } = options;
    if (target !== undefined && typeof target !== 'function') {
      throw new TypeError(`target must be an exported function, not ${String(target)}`);
    }
    if (!Array.isArray(args))
      throw new TypeError(`args must be an array of the target's arguments, not ${String(args)}`);
    this.#target = target;
    this.#args = args;
    this.#name = name ?? `Thread-${registry.nextNumber()}${target ? ` (${target.name})` : ''}`;
    this.#daemon = daemon;
    this.#reuse = reuse;
    this.#resourceLimits = resourceLimits;
  }

  /**
   * Starts the thread. Raises RuntimeError when it was started before or the program lacks its main guard, and what @p8/pickle raises
   * for a target or an argument that cannot cross. Never waits: 0.1 ms with a worker that ran before, 30 ms of boot
   * elsewhere without one.
   */
  start(): void {
    if (this.#entry !== undefined) throw new RuntimeError('threads can only be started once');
    const run = new Run(this);
    const type = this.constructor === Thread ? null : this.constructor;
    const fields = type && Object.fromEntries(Object.entries(this));
    const content = { type, fields, target: this.#target ?? null, args: this.#args };
    const launched = launch(
      {
        name: this.#name,
        daemon: this.#daemon,
        parent: ownEntry().ident,
        reuse: this.#reuse,
        resourceLimits: this.#resourceLimits ?? stackLimits(),
        hooked: isHooked(),
        content,
      },
      run,
    );
    this.#entry = run.entry = launched.entry;
    run.host = launched.host;
    this.#run = run;
    remember(this, launched.entry.ident);
  }

  /** What the thread does: calls the target. Override it in a subclass; it runs in the thread. */
  run(): unknown {
    return this.#target?.(...(this.#args as never));
  }

  /**
   * Waits until the thread has ended, for `timeout` seconds at most; see `isAlive` for whether it has. Rejects with the error that ended it,
   * and with WorkerLostError when its worker went away. Raises RuntimeError before `start`, and in the thread itself.
   */
  async join(timeout: Seconds | null = null, { signal }: SignalOptions = {}): Promise<void> {
    const entry = this.#joinable();
    const deadline = deadlineOf({ timeout });
    keepAlive(1);
    try {
      const over = this.#run?.over.promise ?? registry.waitUntilLeft(entry);
      if (!(await within(over, deadline, signal))) return;
      await this.#run?.learn();
    } finally {
      keepAlive(-1);
    }
    this.#run?.raise();
  }

  /** As {@link join}, but blocks this thread. */
  joinSync(timeout: Seconds | null = null): void {
    const entry = this.#joinable();
    const deadline = deadlineOf({ timeout });
    const run = this.#run;
    for (;;) {
      run?.host?.poll();
      if (run ? run.isOver : !registry.isLiving(entry)) break;
      if (run && registry.isLiving(entry) && !registry.isRunning(entry)) run.host?.declareLost();
      else if (!registry.parkUntilLeft(entry, deadline)) return;
    }
    run?.learnSync();
    run?.raise();
  }

  /**
   * Ends the thread wherever it is, also in a call that blocks: its `finally` blocks do not run, and `join` rejects with
   * WorkerLostError. Never waits. Nothing where it has ended, was not started, or was started by another thread.
   */
  terminate(): void {
    this.#run?.terminate();
  }

  /**
   * Called where the thread was started, once it has ended: with the loss if its worker went away, of which `excepthook` is
   * told unless this is overridden; else with null. It has no part in the life of the thread itself.
   */
  afterEnd(loss: WorkerLostError | null): void {
    if (loss !== null) excepthook(exceptHookArgs(loss, this));
  }

  /** Whether it was started and has not ended. */
  isAlive(): boolean {
    return this.#entry !== undefined && registry.isLiving(this.#entry);
  }

  /** What it is called; need not be unique. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
    if (this.isAlive()) registry.rename(this.#entry!, this.#name);
  }

  /** Unique to this thread among all of the program, also later ones; `null` before `start`. */
  get ident(): number | null {
    return this.#entry?.ident ?? null;
  }

  /** The kernel's id of the thread; `null` before `start`. Waits until the thread runs, which may take a boot. */
  get nativeId(): number | null {
    return this.#entry === undefined ? null : registry.nativeIdOf(this.#entry);
  }

  /** Whether the program may end without it: it is then ended wherever it is. Can be set until `start`. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (this.#entry !== undefined) throw new RuntimeError('cannot set daemon status of active thread');
    this.#daemon = daemon;
  }

  /** `<Thread(name, started 12)>` */
  toString(): string {
    const state = this.#entry === undefined ? 'initial' : this.isAlive() ? 'started' : 'stopped';
    const traits = [state, this.#daemon ? 'daemon' : '', String(this.#entry?.ident ?? '')].filter(Boolean).join(' ');
    return `<${this.constructor.name}(${this.#name}, ${traits})>`;
  }

  static {
    reducible(Thread, (thread) => {
      const entry = thread.#entry;
      if (entry === undefined) throw new RuntimeError(`${thread.#name} must be started before it is given away`);
      return [threadOf, [entry.row, entry.ident, thread.#name, thread.#daemon]];
    });
  }

  #joinable(): Entry {
    if (this.#entry === undefined) throw new RuntimeError('cannot join thread before it is started');
    if (this.#entry.ident === ownEntry().ident) throw new RuntimeError('cannot join current thread');
    return this.#entry;
  }
}

/** A thread that runs already, for its object here. */
export interface Adoption {
  readonly entry: Entry;
  readonly name: string;
  readonly daemon: boolean;
  readonly target?: ((...args: never) => unknown) | undefined;
  readonly args?: readonly unknown[] | undefined;
}

/** The object of a running thread: of the class that was sent, but without running its constructor. */
export function adopt(adoption: Adoption, type: Function = Thread): Thread {
  const thread = Reflect.construct(Thread, [new Adopted(adoption)], type) as Thread;
  remember(thread, adoption.entry.ident);
  return thread;
}

/** The object of a thread that was sent, in the receiver. */
export function threadOf(row: number, ident: number, name: string, daemon: boolean): Thread {
  return knownThread(ident) ?? adopt({ entry: { row, ident }, name, daemon });
}

/** The object that this thread has already for another one. */
export function knownThread(ident: number): Thread | undefined {
  return known.get(ident)?.deref();
}

/** Threads by ident, as long as somebody has their object. */
const known = new Map<number, WeakRef<Thread>>();
const forget = new FinalizationRegistry((ident: number) => {
  if (knownThread(ident) === undefined) known.delete(ident);
});

function remember(thread: Thread, ident: number): void {
  known.set(ident, new WeakRef(thread));
  forget.register(thread, ident);
}

/** For the constructor. */
class Adopted {
  readonly adoption: Adoption;

  constructor(adoption: Adoption) {
    this.adoption = adoption;
  }
}

importable(import.meta, { Thread, threadOf });
