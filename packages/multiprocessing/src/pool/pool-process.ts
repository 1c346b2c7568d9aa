/** What runs in a process of a pool. */
import { importable } from '@p8/pickle';
import { keepAlive, PoolWorker, sendFailure, TaskTable } from '@p8/threading/engine';
import type { Callable } from '@p8/threading/engine';
import type { Connection } from '../connection/connection.ts';
import { own } from '../process/own.ts';
import type { MappedPlace } from '../sync/arena.ts';
import type { MappedNumbers } from './mapped-numbers.ts';
import { ProcessLine } from './process-line.ts';

/** What its owner wants of a process. */
export interface Duties {
  readonly place: number;
  readonly initializer: Callable | null;
  readonly initargs: readonly unknown[];
  /** After so many tasks another process takes its place. */
  readonly maxTasks: number;
  /** The same after the task by which its resident memory has exceeded so many bytes. */
  readonly maxMemory: number;
  /** Whether tasks may have children of their own. */
  readonly daemon: boolean;
}

/** Where the bell lies in the memory, behind the table. */
export function bellIn(memory: ArrayBuffer | SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, memory.byteLength - BELL_BYTES, 1);
}

/** What processors give to each other as one. */
export const BELL_BYTES = 64;

/** Runs in the process. */
export async function serve(
  duties: Duties,
  { buffer }: MappedPlace,
  numbers: MappedNumbers,
  connection: Connection,
): Promise<void> {
  own.daemon = duties.daemon;
  const line = new ProcessLine(bellIn(buffer), numbers, connection);
  // who sleeps on memory does not keep the event loop alive
  keepAlive(1);
  try {
    await duties.initializer?.(...(duties.initargs as never));
  } catch (error) {
    return sendFailure(error, (failure) => line.leave(line.carrier.dump(failure, 'value')));
  }
  await new PoolWorker(duties.place, new TaskTable(buffer), line, limitOf(duties)).run();
  line.leave();
}

function limitOf({ maxTasks, maxMemory }: Duties): ((tasks: number) => boolean) | undefined {
  if (maxTasks === Infinity && maxMemory === Infinity) return undefined;
  return (tasks) => tasks >= maxTasks || (maxMemory !== Infinity && process.memoryUsage.rss() > maxMemory);
}

importable(import.meta, { serve });
