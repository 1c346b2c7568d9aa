/** What the starter of a thread knows of it: that it is over, and how it failed. */
import { load, loadSync, raisedIn } from '@p8/pickle';
import { excepthook, exceptHookArgs, isHooked } from './excepthook.ts';
import type { Host, Loss, Starter } from './host.ts';
import { mourn } from './launch.ts';
import type { Entry } from './registry.ts';
import type { Thread } from './thread.ts';

export class Run implements Starter {
  readonly #thread: Thread;
  readonly daemon: boolean;
  readonly over: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  entry: Entry | undefined;
  host: Host | undefined;
  isOver = false;
  /** The error on the wire, until somebody wants it. */
  #remote: { readonly data: unknown } | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.daemon = thread.daemon;
  }

  ended(report: { readonly failure?: unknown }): void {
    if ('failure' in report) this.#remote = { data: report.failure };
    this.#end();
    if (this.#remote !== undefined && isHooked()) void this.learn().then(() => this.#tellHook());
    this.#thread.afterEnd(null);
  }

  lost(loss: Loss): void {
    const error = mourn(this.entry!, this.#thread.name, loss);
    this.#failure = { error };
    this.#end();
    this.#thread.afterEnd(error);
  }

  terminate(): void {
    // its worker may be running another thread by now
    if (!this.isOver) void this.host?.terminate();
  }

  async learn(): Promise<void> {
    if (this.#remote === undefined || this.#failure !== undefined) return;
    const error: unknown = await load(this.#remote.data);
    this.#failure ??= this.#arrived(error);
  }

  learnSync(): void {
    if (this.#remote !== undefined) this.#failure ??= this.#arrived(loadSync(this.#remote.data));
  }

  raise(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #arrived(error: unknown): { readonly error: unknown } {
    return { error: raisedIn(error, `thread "${this.#thread.name}"`) };
  }

  #end(): void {
    this.isOver = true;
    this.over.resolve();
  }

  #tellHook(): void {
    excepthook(exceptHookArgs(this.#failure?.error, this.#thread));
  }
}
