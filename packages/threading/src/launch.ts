/** Starting something in a worker, for threads and for pools. */
import { dump, refuseWhileImporting } from '@p8/pickle';
import type { ResourceLimits } from 'node:worker_threads';
import type { Host, Loss, Starter } from './host.ts';
import { prepareSpare, takeHost } from './host.ts';
import type { Content } from './protocol.ts';
import type { Entry } from './registry.ts';
import { childrenOf, enter, leave } from './registry.ts';
import { WorkerLostError } from './worker-lost-error.ts';

/** A thread to be started. */
export interface Launch {
  readonly name: string;
  readonly daemon: boolean;
  readonly parent: number;
  readonly reuse: boolean;
  readonly resourceLimits: ResourceLimits | undefined;
  /** Whether an error is left to the starter. */
  readonly hooked: boolean;
  readonly content: Content;
}

export interface Launched {
  readonly entry: Entry;
  readonly host: Host;
}

/** Starts it. Raises what `dump` raises for what cannot cross, and RuntimeError for a program without a guard. */
export function launch(thread: Launch, starter: Starter): Launched {
  refuseWhileImporting('a thread');
  const parcel = dump(thread.content, '');
  const entry = enter(thread);
  try {
    const host = takeHost(thread);
    const { name, daemon, hooked } = thread;
    host.run({ entry, name, daemon, hooked, data: parcel.data }, parcel.transfer, starter, thread.reuse);
    parcel.sent();
    prepareSpare(thread);
    return { entry, host };
  } catch (error) {
    leave(entry);
    parcel.failed();
    throw error;
  }
}

/** Strikes a lost thread out, with those that lived inside its worker, and says what happened to it. */
export function mourn(entry: Entry, name: string, { exited, exitcode, cause }: Loss): WorkerLostError {
  strike(entry);
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const what = exited
    ? `called process.exit(${exitcode}) before its work was done`
    : code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'ran out of memory: give it more by resourceLimits.maxOldGenerationSizeMb'
      : cause === undefined
        ? 'was terminated before its work was done'
        : 'was ended by an error outside of its work: see the cause';
  return new WorkerLostError(`${name} ${what}`, cause === undefined ? { exitcode } : { exitcode, cause });
}

function strike(entry: Entry): void {
  for (const child of childrenOf(entry.ident)) strike(child);
  leave(entry);
}
