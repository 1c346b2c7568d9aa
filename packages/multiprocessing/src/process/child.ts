/**
 * A process of Node that waits on descriptor 3 for what it shall do: the boot file, as posix_spawn(3) starts it.
 *
 *     starter ── Job ──▶ child          once
 *     starter ◀── end of file ── child  when it has ended, however it did
 */
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, OSError } from '@p8/errors';
import { fileFlags } from '@p8/pickle';
import { fromfd, socketpair } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { syscalls } from '@p8/syscall';
import { Connection } from '../connection/connection.ts';
import type { Seconds } from '../connection/limits.ts';
import { isReadable } from '../connection/readiness.ts';
import { lifeTable } from '../sync/life.ts';

const bootstrap = createRequire(import.meta.url).resolve('@p8/multiprocessing/bootstrap');
/** Between the end of its descriptor and its end, in milliseconds. */
const PAUSE = 1;
const ECHILD = 10;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Starts one. Raises the OSError of posix_spawn(3): EAGAIN and ENOMEM where there are too many. */
export function spawnChild(executable: string): Child {
  const [here, there] = socketpair();
  try {
    const args = [executable, ...fileFlags(process.execArgv), bootstrap, ...process.argv.slice(2)];
    const variables = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    const pid = syscalls.spawn(
      executable,
      strings(args),
      strings(variables),
      Int32Array.of(there.fileno(), lifeTable()),
    );
    if (pid < 0) throw new OSError(pid, { syscall: 'posix_spawn', path: executable });
    return new Child(pid, new Connection(here));
  } catch (error) {
    here.close();
    throw error;
  } finally {
    there.close();
  }
}

export class Child {
  readonly pid: number;
  readonly connection: Connection;
  /** The same socket, for those who await its end: blocking calls must not stand behind them. */
  #watched: Socket | undefined;
  #exitcode: number | null = null;

  constructor(pid: number, connection: Connection) {
    this.pid = pid;
    this.connection = connection;
  }

  /** Its exit status, or minus the number of the signal that ended it; null while it runs. */
  get exitcode(): number | null {
    if (this.#exitcode !== null) return this.#exitcode;
    const status = new Int32Array(1);
    const outcome = syscalls.waitpid(this.pid, status);
    // somebody else has waited for it, and knows its status
    if (outcome === -ECHILD) this.#exitcode = 255;
    else if (outcome > 0) this.#exitcode = status[0] as number;
    return this.#exitcode;
  }

  /** Waits until it has ended; comes back: false after the time. While it waits, the program stays alive. */
  async ended(timeout: Seconds | null, signal?: AbortSignal): Promise<boolean> {
    if (this.exitcode !== null) return true;
    try {
      if (!(await isReadable((this.#watched ??= fromfd(this.connection.fileno())), timeout, { signal }))) return false;
    } catch (error) {
      // its end was seen meanwhile by somebody who blocked, and then closed this
      if (this.exitcode === null && !(error instanceof ConnectionError)) throw error;
    }
    while (this.exitcode === null) await delay(PAUSE);
    return true;
  }

  endedSync(timeout: Seconds | null): boolean {
    if (this.exitcode !== null) return true;
    if (!this.connection.pollSync(timeout)) return this.exitcode !== null;
    while (this.exitcode === null) Atomics.wait(asleep, 0, 0, PAUSE);
    return true;
  }

  /** Sends a signal, if it has not ended: until its status is known, nobody else has its number. */
  kill(signal: NodeJS.Signals): void {
    if (this.exitcode === null) process.kill(this.pid, signal);
  }

  /** Lets go of it; a child that has not ended ends by that. */
  close(): void {
    this.connection.close();
    this.#watched?.close();
  }
}

function strings(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(''));
}
