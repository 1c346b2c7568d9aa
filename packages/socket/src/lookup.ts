/**
 * Waiting for a look-up of libc, which runs on a thread of ours (packages/syscall/native/netdb.cc), with promises and
 * blocking. What is asked and how the answer reads is the caller's.
 */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import { deadlineAfter, LONGEST_TIMER } from './deadline.ts';
import { awaitLookup, forgetLookup } from './reactor.ts';
import { afterInterruption, checkTimeout, secondsUntil, timedOut } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

export interface ResolveOptions extends WaitOptions {
  /** The most to wait, in seconds; null (the default) waits as long as the resolver does. */
  readonly timeout?: Seconds | null;
}

export interface Lookup<T> {
  /** The name in errors. */
  readonly call: string;
  /** Starts it: an id, or minus errno. */
  start(): number;
  /** Reads the answer, or raises what it says. */
  read(answer: Answer): T;
}

/** A packed answer, read from front to back: see native/lookup.h of @p8/syscall. */
export class Answer {
  /** 0, or the number of an error: EAI_… or an h_errno. */
  readonly outcome: number;
  /** What libc left in `errno`. */
  readonly systemError: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.outcome = this.integer();
    this.systemError = this.integer();
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  integer(): number {
    this.#at += Int32Array.BYTES_PER_ELEMENT;
    return this.#view.getInt32(this.#at - Int32Array.BYTES_PER_ELEMENT, true);
  }

  /** The bytes of a field, a copy. */
  field(): Uint8Array {
    const length = this.integer();
    this.#at += length;
    return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at));
  }

  text(): string {
    return Buffer.from(this.field()).toString();
  }
}

/** Makes the look-up; rejects with TimeoutError or the signal's reason when that comes first. */
export function lookUp<T>(lookup: Lookup<T>, options: ResolveOptions): Promise<T> {
  const timeout = checkTimeout(options.timeout ?? null);
  const { signal } = options;
  signal?.throwIfAborted();
  const id = start(lookup);
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      leave();
      forgetLookup(id);
      syscalls.lookupCancel(id);
      reject(reason);
    };
    const abort = (): void => giveUp(signal?.reason);
    const limit = timeout === null ? undefined : Math.min(timeout * 1000, LONGEST_TIMER);
    const timer = limit === undefined ? undefined : setTimeout(() => giveUp(timedOut(lookup.call)), limit).unref();
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    signal?.addEventListener('abort', abort);
    awaitLookup(id, () => {
      leave();
      try {
        resolve(take(id, lookup));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** As {@link lookUp}, blocking. */
export function lookUpSync<T>(lookup: Lookup<T>, timeout: Seconds | null): T {
  const deadline = deadlineAfter(checkTimeout(timeout));
  const id = start(lookup);
  try {
    for (;;) {
      const outcome = syscalls.lookupWait(id, secondsUntil(deadline));
      if (outcome > 0) return take(id, lookup);
      if (outcome === 0) throw timedOut(lookup.call);
      afterInterruption(outcome, lookup.call);
    }
  } finally {
    syscalls.lookupCancel(id);
  }
}

function start(lookup: Lookup<unknown>): number {
  const id = lookup.start();
  if (id < 0) throw new OSError(id, { syscall: lookup.call });
  return id;
}

function take<T>(id: number, lookup: Lookup<T>): T {
  const packed = syscalls.lookupTake(id);
  if (typeof packed === 'number') throw new OSError(packed, { syscall: lookup.call });
  return lookup.read(new Answer(packed));
}
