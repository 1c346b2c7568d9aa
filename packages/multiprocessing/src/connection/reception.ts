/**
 * Who waits for a connection, and the peers that are being greeted: side by side, so that a silent one holds nobody up.
 *
 *     accept() ─▶ [ waiting ] ◀── proved ── peer, peer, peer ◀── accept(2), while somebody waits
 *                                    └── failed: closed, and told
 */
import { OSError } from '@p8/errors';
import type { Address, Socket } from '@p8/socket';
import type { WaitOptions } from '@p8/threading';
import type { Connection } from './connection.ts';
import { deadlineOf, timedOut } from './limits.ts';

/** A connection that was made, and who made it. */
export type Arrival<Received, Sent> = readonly [connection: Connection<Received, Sent>, peer: Address];

interface Waiter<A> {
  readonly resolve: (arrival: A) => void;
  readonly reject: (error: unknown) => void;
}

/** The longest delay of a timer of the platform, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Reception<Received, Sent> {
  readonly #socket: Socket;
  readonly #most: number;
  readonly #greet: (sock: Socket, signal: AbortSignal) => Promise<Connection<Received, Sent>>;
  readonly #onFailure: ((error: unknown, peer: Address) => void) | undefined;
  readonly #waiting = new Set<Waiter<Arrival<Received, Sent>>>();
  /** Proved, when those who had waited were gone. */
  readonly #ready: Arrival<Received, Sent>[];
  readonly #closing = new AbortController();
  /** Ends the accept(2) that is under way. */
  #accepting: AbortController | undefined;
  #greeted = 0;

  constructor(
    socket: Socket,
    most: number,
    greet: (sock: Socket, signal: AbortSignal) => Promise<Connection<Received, Sent>>,
    onFailure: ((error: unknown, peer: Address) => void) | undefined,
    ready: readonly Arrival<Received, Sent>[] = [],
  ) {
    this.#socket = socket;
    this.#most = most;
    this.#greet = greet;
    this.#onFailure = onFailure;
    this.#ready = [...ready];
  }

  /** Those that nobody has taken yet. */
  get ready(): readonly Arrival<Received, Sent>[] {
    return this.#ready;
  }

  /** One of those, if there is one. */
  take(): Arrival<Received, Sent> | undefined {
    return this.#ready.shift();
  }

  /** The next connection; waits for one. */
  next({ timeout, signal }: WaitOptions = {}): Promise<Arrival<Received, Sent>> {
    const deadline = deadlineOf(timeout);
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const ready = this.take();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiter);
        if (this.#waiting.size === 0) this.#accepting?.abort();
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const arm = () => {
        const left = Math.ceil(deadline - performance.now());
        if (left <= 0) fail(timedOut('accept'));
        else timer = setTimeout(arm, Math.min(left, LONGEST_TIMER));
      };
      const waiter: Waiter<Arrival<Received, Sent>> = {
        resolve: (arrival) => {
          leave();
          resolve(arrival);
        },
        reject: fail,
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
      if (deadline !== Infinity) arm();
      this.#accept();
    });
  }

  /** Rejects those who wait, and lets go of peers that have not proved the key, and of those that nobody took. */
  close(): void {
    this.#closing.abort();
    this.#accepting?.abort();
    this.#failAll(new OSError('listener is closed', { code: 'EBADF' }));
    for (const [connection] of this.#ready.splice(0)) connection.close();
  }

  /** Accepts peers for as long as somebody waits. */
  #accept(): void {
    if (this.#accepting !== undefined || this.#waiting.size === 0 || this.#greeted >= this.#most) return;
    if (this.#socket.closed) return;
    this.#accepting = new AbortController();
    const { signal } = this.#accepting;
    this.#socket.settimeout(null);
    this.#socket.accept({ signal }).then(
      ([sock, peer]) => {
        this.#accepting = undefined;
        void this.#receive(sock, peer);
        this.#accept();
      },
      (error: unknown) => {
        this.#accepting = undefined;
        if (signal.aborted) this.#accept();
        else this.#failAll(error);
      },
    );
  }

  async #receive(sock: Socket, peer: Address): Promise<void> {
    this.#greeted += 1;
    try {
      this.#arrive([await this.#greet(sock, this.#closing.signal), peer]);
    } catch (error) {
      sock.close();
      if (!this.#closing.signal.aborted) this.#onFailure?.(error, peer);
    } finally {
      this.#greeted -= 1;
      this.#accept();
    }
  }

  #arrive(arrival: Arrival<Received, Sent>): void {
    const [waiter] = this.#waiting;
    if (waiter !== undefined) waiter.resolve(arrival);
    else if (this.#closing.signal.aborted) arrival[0].close();
    else this.#ready.push(arrival);
  }

  #failAll(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
