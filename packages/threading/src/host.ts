/**
 * Worker threads of the platform, each of which runs one thread of ours after another.
 *
 *     take ──▶ run ──▶ ended, clean ──▶ idle ──▶ take …        costs a message
 *       ▲       └────▶ ended, unclean, or wanted for itself ──▶ terminated
 *       └── a spare, booted while the program does something else
 *
 * A worker that starts threads is their host's parent: they cannot outlive it. So it stays until they have ended.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { isMainThread, MessageChannel, receiveMessageOnPort, SHARE_ENV, Worker } from 'node:worker_threads';
import type { MessagePort, ResourceLimits, Transferable } from 'node:worker_threads';
import { fileFlags } from '@p8/pickle';
import type { Holding, Report, Start } from './protocol.ts';
import { leave } from './registry.ts';
import type { Entry } from './registry.ts';

/** Who started a thread, and hears of its end: one of the two, once. */
export interface Starter {
  readonly daemon: boolean;
  ended(report: Extract<Report, { kind: 'ended' }>): void;
  lost(loss: Loss): void;
}

/** How a worker went away in the middle of its work. */
export interface Loss {
  readonly exitcode: number;
  /** It called `process.exit`. */
  readonly exited: boolean;
  /** What the platform says, if anything. */
  readonly cause?: unknown;
}

/** What a thread wants of its worker. */
export interface Fit {
  readonly reuse: boolean;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** Idle workers that are kept; each has 11 MiB. */
const MOST_IDLE = Math.max(4, 2 * availableParallelism());
const bootstrap = createRequire(import.meta.url).resolve('@p8/threading/bootstrap');
const idle: Host[] = [];
const busy = new Set<Host>();

/** A worker for a thread: one that has run before, the spare, or a new one. */
export function takeHost(fit: Fit): Host {
  if (fit.resourceLimits !== undefined) return new Host(fit.resourceLimits);
  if (fit.reuse) return idle.pop() ?? new Host();
  const unused = idle.findIndex((host) => host.unused);
  return idle.splice(unused, unused < 0 ? 0 : 1)[0] ?? new Host();
}

/** Boots a spare in a moment, if none is idle that the like of this could use. Only for the main thread: a worker would have to end it with itself. */
export function prepareSpare({ reuse, resourceLimits }: Fit): void {
  if (!isMainThread || resourceLimits !== undefined) return;
  const isThere = (): boolean => (reuse ? idle.length > 0 : idle.some((host) => host.unused));
  if (isThere()) return;
  setImmediate(() => {
    // first, so that those which have run before are taken before it
    if (!isThere()) idle.unshift(new Host());
  }).unref();
}

/** Ends the idle workers inside this one, which is about to be idle itself. */
export async function endIdle(): Promise<void> {
  await Promise.all(idle.splice(0).map((host) => host.terminate()));
}

/** What lives inside this worker. */
export function holdingNow(): Holding {
  if (busy.size === 0) return 'nothing';
  return [...busy].some((host) => host.mustEnd) ? 'threads' : 'daemons';
}

/** Calls back whenever that may have changed. */
export function watchHolding(changed: () => void): void {
  holdingChanged = changed;
}

let holdingChanged = (): void => {};

export class Host {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #limited: boolean;
  #starter: Starter | undefined;
  #entry: Entry | undefined;
  #holding: Holding = 'nothing';
  #reuse = true;
  #unused = true;
  #cause: unknown;

  constructor(resourceLimits?: ResourceLimits) {
    const { port1, port2 } = new MessageChannel();
    const flags = fileFlags(process.execArgv);
    this.#limited = resourceLimits !== undefined;
    this.#port = port1;
    this.#worker = new Worker(bootstrap, {
      workerData: { port: port2 },
      transferList: [port2],
      argv: process.argv.slice(2),
      env: SHARE_ENV,
      ...(flags.length < process.execArgv.length && { execArgv: flags }),
      // the boot file writes to the descriptors itself
      stdout: true,
      stderr: true,
      ...(resourceLimits && { resourceLimits }),
    });
    this.#worker.on('error', (error) => (this.#cause = error));
    this.#worker.on('exit', (code) => this.#gone({ exitcode: code, exited: false, cause: this.#cause }));
    this.#worker.unref();
    port1.on('message', (report: Report) => this.#hear(report));
    port1.unref();
  }

  /** It has not run any thread. */
  get unused(): boolean {
    return this.#unused;
  }

  /** The program must wait for something in it. */
  get mustEnd(): boolean {
    return this.#starter?.daemon === false || this.#holding === 'threads';
  }

  /** Runs a thread. */
  run(start: Start, transfer: readonly Transferable[], starter: Starter, reuse: boolean): void {
    this.#port.postMessage(start, transfer);
    this.#starter = starter;
    this.#entry = start.entry;
    this.#reuse = reuse && !this.#limited;
    this.#unused = false;
    busy.add(this);
    this.#changed();
  }

  /** Hears what the worker has said, while this thread's event loop stands still. */
  poll(): void {
    for (let got = receiveMessageOnPort(this.#port); got; got = receiveMessageOnPort(this.#port)) {
      this.#hear(got.message as Report);
    }
  }

  /** The kernel has no such thread any more, and the event loop that would say so stands still. */
  declareLost(): void {
    this.poll();
    this.#gone({ exitcode: 1, exited: false });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear(report: Report): void {
    if (report.kind === 'exited') return this.#gone({ exitcode: report.code, exited: true });
    if (report.kind === 'holding') {
      this.#holding = report.holding;
      if (this.#starter === undefined && report.holding === 'nothing') void this.terminate();
      return this.#changed();
    }
    const starter = this.#starter;
    this.#starter = undefined;
    // its worker is about to do so: who hears of the end must not find it alive
    if (this.#entry !== undefined) leave(this.#entry);
    if (this.#holding === 'nothing') {
      busy.delete(this);
      if (report.clean && this.#reuse && idle.length < MOST_IDLE) idle.push(this);
      else void this.terminate();
    }
    this.#changed();
    starter?.ended(report);
  }

  #gone(loss: Loss): void {
    // what it said before it went still counts
    if (!loss.exited) this.poll();
    const starter = this.#starter;
    this.#starter = undefined;
    this.#holding = 'nothing';
    busy.delete(this);
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    this.#changed();
    starter?.lost(loss);
  }

  #changed(): void {
    if (this.mustEnd) this.#worker.ref();
    else this.#worker.unref();
    holdingChanged();
  }
}
