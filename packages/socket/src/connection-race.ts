/**
 * Several connections tried together, of which the first wins: the next begins when one has failed, or has taken longer
 * than the delay.
 *
 *     attempt 1  ├──────────── delay ────────────┤ …           the winner is kept,
 *     attempt 2                                  ├── failed    the others are closed
 *     attempt 3                                             ├──────▶ connected
 */
import { OSError } from '@p8/errors';
import { constants, syscalls } from '@p8/syscall';
import type { Address } from './address.ts';
import { EINPROGRESS } from './connect.ts';
import { deadlineAfter } from './deadline.ts';
import type { Socket } from './socket.ts';
import { afterInterruption, POLLOUT, secondsUntil, timedOut } from './wait.ts';
import type { Seconds } from './wait.ts';

/** As many as one ppollAny takes. */
const MOST_AT_ONCE = 32;

export interface Attempt {
  readonly address: Address;
  /** A new socket with its time limit. */
  open(): Socket;
}

/** The winner, if there was one, and the errors of the others, in the order of the attempts. */
export type Outcome = readonly [winner: Socket | undefined, errors: OSError[]];

export function race(attempts: readonly Attempt[], delay: Seconds | null, signal?: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const losing = new AbortController();
    const errors: OSError[] = [];
    let begun = 0;
    let running = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
      losing.abort();
    };
    const abort = (): void => end(() => reject(signal?.reason));
    const begin = (): void => {
      clearTimeout(timer);
      const index = begun;
      const attempt = attempts[begun++];
      if (attempt === undefined) {
        if (running === 0) end(() => resolve([undefined, errors]));
        return;
      }
      running++;
      connect(attempt, losing.signal).then(
        (sock) => (losing.signal.aborted ? sock.close() : end(() => resolve([sock, errors]))),
        (error: unknown) => {
          running--;
          if (losing.signal.aborted) return;
          if (!(error instanceof OSError)) return end(() => reject(error));
          errors[index] = error;
          begin();
        },
      );
      if (delay !== null && begun < attempts.length) timer = setTimeout(begin, delay * 1000);
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else begin();
  });
}

async function connect(attempt: Attempt, signal: AbortSignal): Promise<Socket> {
  const sock = attempt.open();
  try {
    await sock.connect(attempt.address, { signal });
    return sock;
  } catch (error) {
    sock.close();
    throw error;
  }
}

/** As {@link race}, blocking. */
export function raceSync(attempts: readonly Attempt[], delay: Seconds | null): Outcome {
  const errors: OSError[] = [];
  let running: Running[] = [];
  let winner: Socket | undefined;
  let nextBegin = 0;
  let begun = 0;
  try {
    while (winner === undefined && (begun < attempts.length || running.length > 0)) {
      const mayBegin = begun < attempts.length && running.length < MOST_AT_ONCE;
      if (mayBegin && (running.length === 0 || performance.now() >= nextBegin)) {
        const attempt = new Running(attempts[begun] as Attempt, begun, errors);
        begun++;
        nextBegin = deadlineAfter(delay);
        if (attempt.isConnected) winner = attempt.sock;
        else if (attempt.sock !== undefined) running.push(attempt);
        continue;
      }
      const deadline = Math.min(mayBegin ? nextBegin : Infinity, ...running.map((attempt) => attempt.deadline));
      const fds = Int32Array.from(running, ({ sock }) => sock?.fileno() ?? -1);
      const ready = syscalls.ppollAny(fds, POLLOUT, secondsUntil(deadline));
      if (ready < 0) afterInterruption(ready, 'connect');
      if (ready > 0 && running[ready - 1]?.succeeds()) winner = running[ready - 1]?.sock;
      for (const attempt of running) if (attempt.sock !== winner) attempt.checkTime();
      running = running.filter(({ sock }) => sock !== undefined);
    }
    return [winner, errors];
  } finally {
    for (const { sock } of running) if (sock !== winner) sock?.close();
  }
}

/** An attempt that goes on in the background; without a socket it has failed. */
class Running {
  sock: Socket | undefined;
  readonly deadline: number;
  readonly isConnected: boolean;
  readonly #attempt: Attempt;
  readonly #index: number;
  readonly #errors: OSError[];

  constructor(attempt: Attempt, index: number, errors: OSError[]) {
    this.#attempt = attempt;
    this.#index = index;
    this.#errors = errors;
    let errno = 0;
    let timeout: Seconds | null = null;
    try {
      this.sock = attempt.open();
      timeout = this.sock.gettimeout();
      this.sock.settimeout(0);
      errno = this.sock.connectExSync(attempt.address);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      this.#fail(error);
    }
    this.deadline = deadlineAfter(timeout);
    this.isConnected = this.sock !== undefined && errno === 0;
    const goesOn = errno === EINPROGRESS && timeout !== 0;
    if (errno !== 0 && !goesOn) this.#fail(new OSError(errno, { syscall: 'connect', address: attempt.address }));
  }

  /** Whether it has been connected, now that it has ended. */
  succeeds(): boolean {
    const errno = this.sock?.getsockopt(constants.SOL_SOCKET, constants.SO_ERROR) ?? 0;
    if (errno !== 0) this.#fail(new OSError(errno, { syscall: 'connect', address: this.#attempt.address }));
    return errno === 0;
  }

  checkTime(): void {
    if (this.sock !== undefined && performance.now() >= this.deadline) this.#fail(timedOut('connect'));
  }

  #fail(error: OSError): void {
    this.sock?.close();
    this.sock = undefined;
    this.#errors[this.#index] = error;
  }
}
