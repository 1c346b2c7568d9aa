/** Who runs, and who started it: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.current_process */
import { availableParallelism } from 'node:os';
import type { Seconds, WaitOptions } from '@p8/threading';
import type { Connection } from '../connection/connection.ts';
import { own } from './own.ts';

/** This process, as it knows itself. */
export interface CurrentProcess {
  readonly name: string;
  readonly pid: number;
  readonly ident: number;
  readonly daemon: boolean;
  /** The secret by which the processes of a program know each other. */
  authkey: Uint8Array;
}

/** The process that started this one. */
export interface ParentProcess {
  readonly name: string;
  readonly pid: number;
  readonly ident: number;
  /** Whether it has not ended. */
  isAlive(): boolean;
  /** Waits until it has ended, which ends this process too unless it listens for SIGTERM. */
  join(timeout?: Seconds | null, options?: Pick<WaitOptions, 'signal'>): Promise<void>;
}

const current: CurrentProcess = {
  get name() {
    return own.name;
  },
  get daemon() {
    return own.daemon;
  },
  get authkey() {
    return own.authkey;
  },
  set authkey(authkey) {
    own.authkey = Uint8Array.from(authkey);
  },
  pid: process.pid,
  ident: process.pid,
};

let parent: ParentProcess | null = null;

/** This process. */
export function currentProcess(): CurrentProcess {
  return current;
}

/** The process that started this one; null in the program itself. */
export function parentProcess(): ParentProcess | null {
  return parent;
}

/** How many threads can run at once: `os.availableParallelism()`. */
export function cpuCount(): number {
  return availableParallelism();
}

/** For the boot file: the connection to the parent says whether it is there. */
export function setParent(name: string, pid: number, connection: Connection): void {
  parent = {
    name,
    pid,
    ident: pid,
    isAlive: () => !connection.pollSync(),
    join: async (timeout = null, options) => void (await connection.poll(timeout, options)),
  };
}
