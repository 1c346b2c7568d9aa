/**
 * One use of a data connection, from the wait for it to the last reply. The control connection is read meanwhile, so
 * that ABOR, QUIT, STAT and a lost client reach a transfer that runs.
 */
import { OSError, TimeoutError, except, handle } from '@p8/errors';
import { SHUT_WR, type Socket } from '@p8/socket';
import type { DataPort } from './data-connection.ts';
import { type Reply, Refused, fileReplies, reply } from './replies.ts';

/** Why a transfer ended early: ABOR, no progress, the control connection is gone, or the session is told to end. */
export type Interruption = 'abort' | 'stall' | 'lost' | 'end' | 'quit';

const INTERRUPTED: Record<Interruption, string> = {
  abort: 'Transfer aborted.',
  stall: 'The data connection stood still for too long.',
  lost: 'The control connection is gone.',
  end: 'The server ends this session.',
  quit: 'No data connection came before QUIT.',
};

export interface TransferOptions {
  /** The verb and the path, for STAT and the log. */
  readonly label: string;
  /** The text of the 150. */
  readonly announcement: string;
  /** Seconds without progress, and to wait for the connection. */
  readonly timeout: number;
  /** Sends the 150. */
  readonly announce: (reply: Reply) => Promise<void>;
}

/** The body of a transfer: moves the bytes and calls `progress` for each part. */
export type TransferBody = (socket: Socket, progress: (bytes: number) => void) => Promise<void>;

export class Transfer {
  readonly label: string;
  readonly #port: DataPort;
  readonly #options: TransferOptions;
  readonly #started = performance.now();
  #socket: Socket | undefined;
  #interruption: Interruption | undefined;
  #bytes = 0;

  constructor(port: DataPort, options: TransferOptions) {
    this.label = options.label;
    this.#port = port;
    this.#options = options;
  }

  /** Bytes moved so far, on the disk's side. */
  get bytes(): number {
    return this.#bytes;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** True until the data connection is there. */
  get isWaiting(): boolean {
    return this.#socket === undefined;
  }

  get interruption(): Interruption | undefined {
    return this.#interruption;
  }

  /** Ends the transfer now, by closing its connection or the wait for it. The first reason counts. */
  interrupt(reason: Interruption): void {
    this.#interruption ??= reason;
    this.#port.close();
    this.#socket?.close();
  }

  /** Runs the transfer. Returns its last reply, after the data connection is closed; raises only what is a bug. */
  async run(body: TransferBody): Promise<Reply> {
    const { announcement, announce, timeout } = this.#options;
    try {
      if (this.#port.isActive) await this.#open(timeout);
      await announce(reply(150, announcement));
      if (!this.#port.isActive) await this.#open(timeout);
    } catch (error) {
      return this.#noConnection(error);
    }
    const socket = this.#socket as unknown as Socket;
    const stall = setTimeout(() => this.interrupt('stall'), timeout * 1000);
    try {
      await body(socket, (bytes) => {
        this.#bytes += bytes;
        stall.refresh();
      });
      if (this.#interruption === undefined) {
        socket.shutdown(SHUT_WR);
        socket.close();
        return reply(226, 'Transfer complete.');
      }
    } catch (error) {
      if (this.#interruption === undefined) return this.#failed(error);
    } finally {
      clearTimeout(stall);
      socket.close();
      this.#port.close();
    }
    return reply(426, INTERRUPTED[this.#interruption]);
  }

  async #open(timeout: number): Promise<void> {
    if (this.#interruption !== undefined) throw new OSError('interrupted', { code: 'ECANCELED' });
    const socket = await this.#port.open(timeout);
    if (this.#interruption !== undefined) {
      socket.close();
      throw new OSError('interrupted', { code: 'ECANCELED' });
    }
    this.#socket = socket;
  }

  #noConnection(error: unknown): Reply {
    this.#port.close();
    this.#socket?.close();
    if (this.#interruption === 'quit') return reply(425, INTERRUPTED.quit);
    if (this.#interruption !== undefined) return reply(426, INTERRUPTED[this.#interruption]);
    return handle(
      error,
      except(TimeoutError, () => reply(425, 'No data connection came in time.')),
      except(OSError, (e) => reply(425, `Cannot open the data connection (${e.code ?? e.message}).`)),
    );
  }

  /** The connection broke, or the file did: `sendall`, `recv` and their kin name themselves in `syscall`. */
  #failed(error: unknown): Reply {
    return handle(
      error,
      except(Refused, (e) => e.reply),
      except(OSError, (e) => {
        if (isOfSocket(e)) return reply(426, `The data connection broke (${e.code ?? e.message}).`);
        return asWriteFailure(handle(e, ...fileReplies));
      }),
    );
  }
}

function isOfSocket(error: OSError): boolean {
  return (
    /^(?:recv|send|shutdown|getsock)/.test(error.syscall ?? '') ||
    /^E(?:CONN|PIPE|TIMEDOUT|HOST|NET)/.test(error.code ?? '')
  );
}

/** A file that broke in the middle is no longer "not found": 451 for all but a full disk. */
function asWriteFailure(given: Reply): Reply {
  return given.code === 452 || given.code === 552 ? given : reply(451, ...given.lines);
}
