/**
 * A process of a pool, as its owner knows it.
 *
 *     table ── tasks, outcomes, who sleeps ── process       memory that both map
 *     note  ◀── what has no room there, knocks ──▶ process   a connection
 *
 * Its end is seen by the end of the connection.
 */
import { constants } from 'node:os';
import { ConnectionError, EOFError, OSError, TimeoutError } from '@p8/errors';
import type { Parcel } from '@p8/pickle';
import { fromfd } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { WorkerLostError } from '@p8/threading';
import { hear, loadSoon } from '@p8/threading/engine';
import type { Answer, Employer, Member, Outcome } from '@p8/threading/engine';
import { insideOf } from '../connection/connection.ts';
import type { Connection } from '../connection/connection.ts';
import type { Message } from '../connection/letter.ts';
import { isReadable } from '../connection/readiness.ts';
import type { Process } from '../process/process.ts';
import { processCarrier } from './carrier.ts';
import { FAREWELL, readNote, writeNote } from './note.ts';
import type { Note } from './note.ts';

/** How long a process may take to receive what it has asked for, in seconds. */
const LONGEST_ANSWER = 10;
/** Between SIGTERM, which a process may handle, and SIGKILL, in milliseconds. */
const GRACE = 1000;

export class ProcessMember implements Member {
  readonly place: number;
  readonly title: string;
  readonly process: Process;
  readonly #connection: Connection;
  readonly #employer: Employer;
  /** The same socket, for who waits: blocking calls must not stand behind that. */
  readonly #watched: Socket;
  readonly #outcomes = new Map<number, Outcome>();
  #farewell: Note | undefined;
  /** Nothing more comes over the connection. */
  #isCut = false;
  #over = false;
  /** When a process that was told to end is killed. */
  #mercy = Infinity;

  /** Both are the member's from now on. */
  constructor(place: number, process: Process, connection: Connection, employer: Employer) {
    this.place = place;
    this.title = `process "${process.name}" (pid ${process.pid})`;
    this.process = process;
    this.#connection = connection;
    this.#employer = employer;
    // a pool that has nothing to do does not keep the program alive
    this.#watched = fromfd(connection.fileno()).unref();
    void this.#listen();
  }

  outcomeOf(slot: number, blocked: boolean): Outcome | undefined {
    for (;;) {
      const outcome = this.#outcomes.get(slot);
      if (outcome !== undefined) {
        this.#outcomes.delete(slot);
        return outcome;
      }
      if (!this.#take(blocked)) return undefined;
    }
  }

  answer(answer: Answer | null, parcel?: Parcel): void {
    const bytes = writeNote(0, answer?.data as Uint8Array | undefined, answer?.numbers);
    try {
      // it waits for that: what takes long is a process that was stopped
      insideOf(this.#connection).outgoing.writeSync(bytes, { timeout: LONGEST_ANSWER }, parcel?.descriptors);
    } catch (error) {
      if (error instanceof TimeoutError) this.process.kill();
      else if (!(error instanceof ConnectionError)) throw error;
    }
  }

  inspect(): void {
    if (this.#over) return;
    if (this.process.exitcode !== null) this.#end();
    else if (performance.now() > this.#mercy) this.process.kill();
  }

  terminate(): void {
    if (this.#over) return;
    this.process.terminate();
    this.#mercy = performance.now() + GRACE;
    setTimeout(() => this.kill(), GRACE).unref();
  }

  /** Ends it at once, whatever it handles. */
  kill(): void {
    if (!this.#over) this.process.kill();
  }

  release(): void {
    this.#watched.close();
    this.#connection.close();
    this.process.close();
  }

  /** Takes what comes while the event loop turns, until nothing more can come. */
  async #listen(): Promise<void> {
    try {
      while (!this.#isCut && (await isReadable(this.#watched, null))) {
        while (this.#take(false));
        hear();
      }
    } catch (error) {
      // the connection was reset, or closed here when its end was seen by somebody who blocked
      if (!(error instanceof OSError)) throw error;
    }
    if (this.#over) return;
    await this.process.join();
    this.#end();
  }

  /** Takes one message. Comes back: false if there is none yet, or nothing more comes. */
  #take(blocked: boolean): boolean {
    if (this.#isCut) return false;
    const { incoming } = insideOf(this.#connection);
    let message: Message | undefined;
    try {
      message = blocked ? incoming.nextSync(Infinity, undefined) : incoming.nextNow();
    } catch (error) {
      if (!(error instanceof EOFError || error instanceof OSError)) throw error;
      this.#isCut = true;
    }
    if (message === undefined) return false;
    // an empty one only wakes
    if (message.bytes.length > 0) this.#keep(readNote(message));
    return true;
  }

  #keep(note: Note): void {
    if (note.slot === FAREWELL) this.#farewell = note;
    else this.#outcomes.set(note.slot, note);
  }

  /** It has ended: once, whoever sees it first. */
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    // what it has sent before still counts
    while (this.#take(false));
    const failed = (cause: unknown): void => this.#employer.failed(this, cause);
    if (this.#farewell === undefined) this.#employer.lost(this, this.#loss());
    else if (this.#farewell.data === undefined) this.#employer.ended(this);
    else void loadSoon(processCarrier, this.#farewell.data, false, failed, failed);
  }

  #loss(): WorkerLostError {
    const exitcode = this.process.exitcode!;
    const signal = signalOf(exitcode);
    const how =
      signal === null
        ? `ended with exit code ${exitcode}`
        : signal === 'SIGABRT'
          ? 'was ended by SIGABRT, as Node is when it runs out of memory: give it more by --max-old-space-size,'
          : `was ended by ${signal}`;
    return new WorkerLostError(`${this.process.name} (pid ${this.process.pid}) ${how} before its work was done`, {
      exitcode,
      signal,
    });
  }
}

function signalOf(exitcode: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, number]) => number === -exitcode);
  return (found?.[0] ?? null) as NodeJS.Signals | null;
}
