/**
 * One transfer: data connection, command, bytes, final reply.
 *
 *     client                              server
 *     EPSV, connect           ──────▶     229
 *     REST, RETR or STOR      ──────▶     350, 150
 *     bytes                   ◀─────▶     bytes           control is read all the time: a 4xx or 5xx ends the bytes
 *     end of stream           ◀─────▶     226
 *
 * Whatever ends it (a failing sink, an aborted signal, a stall, the server's refusal), the session is in step
 * afterwards, or closed.
 */
import { ConnectionError } from '@p8/errors';
import { SO_LINGER, SOL_SOCKET } from '@p8/socket';
import type { Socket, WaitOptions } from '@p8/socket';
import { hidden } from './control.ts';
import type { Control } from './control.ts';
import { openData } from './data.ts';
import type { Data, DataMode } from './data.ts';
import { ReplyError, replyError } from './errors.ts';
import type { Reply } from './reply.ts';
import { within } from './within.ts';

export interface TransferOrder extends WaitOptions {
  readonly command: string;
  /** Where to begin in the file, in bytes. */
  readonly rest?: number | undefined;
}

/** Moves the bytes; must stop at the signal's reason. */
export type Move<T> = (socket: Socket, options: { readonly signal: AbortSignal }) => Promise<T>;

/** `struct linger { 1, 0 }`: close resets the connection, so that the peer does not take the end for a good one. */
const RESET = Buffer.from(Int32Array.of(1, 0).buffer);

/** Runs a transfer. Returns what `move` returns, and the final reply. */
export async function transfer<T>(
  control: Control,
  mode: DataMode,
  order: TransferOrder,
  move: Move<T>,
): Promise<[T, Reply]> {
  const { command, rest = 0, signal } = order;
  using data = await openData(control, mode, { signal });
  signal?.throwIfAborted();
  // from here to the transfer's end the signal ends nothing by itself: an offset without its transfer would be the next one's
  if (rest > 0) await restart(control, rest);
  await control.send(command);
  return await new RunningTransfer(control, command, signal).run(data, move);
}

async function restart(control: Control, rest: number): Promise<void> {
  try {
    await control.command('3', `REST ${rest}`);
  } catch (error) {
    if (!(error instanceof ReplyError)) control.close();
    throw error;
  }
}

class RunningTransfer {
  readonly #control: Control;
  readonly #command: string;
  readonly #signal: AbortSignal | undefined;
  /** Ends the bytes when the server has said that it is over, or has gone. */
  readonly #stop = new AbortController();
  /** The final reply has been taken: nothing is left to abort. */
  #isAnswered = false;
  #socket: Socket | undefined;

  constructor(control: Control, command: string, signal: AbortSignal | undefined) {
    this.#control = control;
    this.#command = hidden(command);
    this.#signal = signal;
  }

  async run<T>(data: Data, move: Move<T>): Promise<[T, Reply]> {
    try {
      const first = await this.#reply();
      // 2xx at once, from servers that have nothing to send: the bytes, if any, are on their way
      const isOver = first.code >= 200;
      if (!isOver) this.#watch();
      const options = { signal: this.#signal ? AbortSignal.any([this.#signal, this.#stop.signal]) : this.#stop.signal };
      this.#socket = await data.connected(options);
      const result = await move(this.#socket, options);
      this.#socket.close();
      let final = first;
      while (final.code < 200) final = await this.#reply();
      return [result, final];
    } catch (error) {
      throw await this.#settle(error);
    }
  }

  async #reply(): Promise<Reply> {
    // a peek first: what is not waited for any more is not owed, but settled below
    await within(this.#control.peek(), this.#control.timeout, this.#signal);
    const reply = await this.#control.next();
    this.#isAnswered = reply.code >= 200;
    if (reply.code >= 300) throw replyError(reply, this.#command);
    return reply;
  }

  #watch(): void {
    this.#control.peek().then(
      (reply) => {
        if (reply.code >= 300) this.#stop.abort(replyError(reply, this.#command));
      },
      (error: unknown) => this.#stop.abort(error),
    );
  }

  /** Brings the session back in step. Returns the error to raise: the server's own words where they are the cause. */
  async #settle(error: unknown): Promise<unknown> {
    const { reason, aborted: isStopped } = this.#stop.signal;
    if (this.#isAnswered || this.#control.closed) {
      this.#reset();
      return isStopped && error instanceof ConnectionError ? reason : error;
    }
    if (isStopped) {
      this.#reset();
      const reply = await this.#control.next();
      return this.#signal?.aborted ? error : replyError(reply, this.#command, { cause: cause(error, reason) });
    }
    const replies = await this.#abort();
    const refusal = replies.find((reply) => reply.code >= 400);
    const isBroken = error instanceof ConnectionError && refusal !== undefined;
    return isBroken ? replyError(refusal, this.#command, { cause: error }) : error;
  }

  /** The session is closed if this fails, and says so at its next use; the error that led here is the one to know. */
  async #abort(): Promise<readonly Reply[]> {
    try {
      return await this.#control.abort(() => this.#reset());
    } catch {
      this.#reset();
      return [];
    }
  }

  #reset(): void {
    if (this.#socket === undefined || this.#socket.closed) return;
    this.#socket.setsockopt(SOL_SOCKET, SO_LINGER, RESET);
    this.#socket.close();
  }
}

function cause(error: unknown, reason: unknown): unknown {
  return error === reason ? undefined : error;
}
