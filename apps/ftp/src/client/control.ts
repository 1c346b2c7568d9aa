/**
 * The control connection: commands out, replies in, one for one.
 *
 * A reply that nobody waited for any more (a time limit, an aborted signal) is still owed by the server: it is read and
 * dropped before the next command, so that answers never move to another question (as in sergi/jsftp#73).
 */
import { EOFError, OSError, ValueError } from '@p8/errors';
import { SO_KEEPALIVE, SOL_SOCKET } from '@p8/socket';
import type { InternetAddress, Seconds, Socket, WaitOptions } from '@p8/socket';
import { ProtocolError, replyError } from './errors.ts';
import { isArgument, printable } from './names.ts';
import { ReplyParser } from './reply.ts';
import type { Reply, TextEncoding } from './reply.ts';
import { within } from './within.ts';

export interface ControlOptions {
  readonly timeout: Seconds | null;
  readonly encoding: TextEncoding;
  /** Is told every command (`> `, passwords hidden) and every line of a reply (`< `). */
  readonly trace: ((line: string) => void) | undefined;
}

/** Which first digits of a reply are what was asked for. */
export type Good = '1' | '2' | '3' | '23';

const BLOCK = 16 * 1024;
/** How long an aborted transfer may take to settle, in seconds, when the session has no limit of its own. */
const LONGEST_ABORT = 30;
/** More replies than this between ABOR and the answer to NOOP are no answers. */
const MOST_ABORT_REPLIES = 8;
/** Telnet's IAC is doubled where it is data (RFC 854); it cannot occur in UTF-8. */
const IAC = '\xff';

export class Control {
  readonly timeout: Seconds | null;
  readonly encoding: TextEncoding;
  readonly #socket: Socket;
  readonly #parser: ReplyParser;
  readonly #trace: ((line: string) => void) | undefined;
  /** The reading of the next reply, from when it is first wanted until somebody takes it. */
  #coming: Promise<Reply> | undefined;
  /** Replies that will come and that nobody wants any more. */
  #owed = 0;

  constructor(socket: Socket, { timeout, encoding, trace }: ControlOptions) {
    this.#socket = socket;
    // limits are kept here: a reply may be waited for while a transfer runs, which takes as long as it takes
    socket.settimeout(null);
    // a long transfer leaves this connection silent, and routers forget silent connections
    socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, true);
    this.timeout = timeout;
    this.encoding = encoding;
    this.#parser = new ReplyParser(encoding);
    this.#trace = trace;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The server's address: the only one that data connections go to or come from. */
  get peer(): InternetAddress {
    return this.#socket.getpeername() as InternetAddress;
  }

  /** This end's address. */
  get own(): InternetAddress {
    return this.#socket.getsockname() as InternetAddress;
  }

  /** Sends a command and takes its reply. Raises the ReplyError of a reply that begins with no digit of `good`. */
  async command(good: Good, command: string, options?: WaitOptions): Promise<Reply> {
    await this.send(command, options);
    const reply = await this.next(options);
    if (!good.includes(String(reply.code)[0] ?? '')) throw replyError(reply, hidden(command));
    return reply;
  }

  /** Sends a command. Raises ValueError, and sends nothing, when it holds a line end or NUL. */
  async send(command: string, { signal }: WaitOptions = {}): Promise<void> {
    if (!isArgument(command)) {
      throw new ValueError(`a command must not contain CR, LF or NUL: ${JSON.stringify(hidden(command))}`);
    }
    signal?.throwIfAborted();
    for (; this.#owed > 0; this.#owed--) await this.#take(this.timeout, signal);
    this.#refuseUnasked();
    await this.#write(command);
  }

  /** The next reply. Waits for it at most the session's time limit. Raises EOFError when the server has hung up. */
  async next({ signal }: WaitOptions = {}): Promise<Reply> {
    try {
      return await this.#take(this.timeout, signal);
    } catch (error) {
      if (!this.closed) this.#owed++;
      throw error;
    }
  }

  /** The next reply as a promise that has no limit and leaves the reply to the next taker. */
  peek(): Promise<Reply> {
    if (this.#coming === undefined) {
      this.#coming = this.#read();
      this.#coming.catch(() => {});
    }
    return this.#coming;
  }

  /**
   * Aborts the transfer that runs, and comes to a known state whatever the server thinks of ABOR: it may answer once or
   * twice, or the transfer may have ended by itself. NOOP's 200 is the one reply that cannot be any of these. Returns the
   * replies before it; `ready` is called when ABOR is on its way. Raises and closes the session when that fails.
   */
  async abort(ready: () => void): Promise<readonly Reply[]> {
    const timeout = Math.min(this.timeout ?? LONGEST_ABORT, LONGEST_ABORT);
    const replies: Reply[] = [];
    try {
      await this.#write('ABOR');
      ready();
      replies.push(await this.#take(timeout));
      await this.#write('NOOP');
      while (replies.at(-1)?.code !== 200) {
        if (replies.length > MOST_ABORT_REPLIES) throw new ProtocolError('the server answers ABOR without end', '');
        replies.push(await this.#take(timeout));
      }
    } catch (error) {
      this.close();
      throw error;
    }
    return replies.slice(0, -1);
  }

  close(): void {
    this.#socket.close();
  }

  async #write(command: string): Promise<void> {
    this.#trace?.(`> ${printable(hidden(command))}`);
    const line = this.encoding === 'latin1' ? command.replaceAll(IAC, IAC + IAC) : command;
    try {
      await within(this.#socket.sendall(Buffer.from(`${line}\r\n`, this.encoding)), this.timeout);
    } catch (error) {
      const last = await this.#lastWords();
      this.close(); // a part of the command may be on its way
      throw last ?? error;
    }
  }

  /** A server that hangs up says why, with 421: that reply is worth more than the EPIPE of what was sent after it. */
  async #lastWords(): Promise<Error | undefined> {
    if (this.closed) return undefined;
    try {
      return replyError(await within(this.peek(), this.timeout));
    } catch (error) {
      if (error instanceof OSError || error instanceof EOFError) return undefined;
      throw error;
    }
  }

  async #take(timeout: Seconds | null, signal?: AbortSignal): Promise<Reply> {
    const reply = await within(this.peek(), timeout, signal);
    this.#coming = undefined;
    if (reply.code === 421) this.close();
    return reply;
  }

  async #read(): Promise<Reply> {
    try {
      for (;;) {
        const reply = this.#parser.shift();
        if (reply) return this.#traced(reply);
        const bytes = await this.#socket.recv(BLOCK);
        if (bytes.length === 0) throw new EOFError('the server closed the control connection');
        this.#parser.push(bytes);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #traced(reply: Reply): Reply {
    for (const line of reply.lines) this.#trace?.(`< ${reply.code} ${printable(line)}`);
    return reply;
  }

  /** A reply that came without a question: the server says goodbye, or is out of step. */
  #refuseUnasked(): void {
    const reply = this.#coming === undefined ? this.#parser.shift() : undefined;
    if (reply === undefined) return;
    this.close();
    if (reply.code === 421) throw replyError(this.#traced(reply));
    throw new ProtocolError('the server sent a reply that no command had asked for', reply.lines.join('\n'));
  }
}

/** The command as it may be shown. */
export function hidden(command: string): string {
  return command.replace(/^(PASS|ACCT) .*$/is, '$1 ***');
}
