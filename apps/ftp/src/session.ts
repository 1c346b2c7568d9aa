/**
 * One client: its control connection, its state, and the order in which its commands run.
 *
 *     reader   takes lines as they come, also while a transfer runs; ABOR and QUIT take effect here, STAT is answered
 *              here when nothing waits before it; everything else goes into the queue
 *     worker   runs the queue, one command after the other, so that replies come in the order of the commands even when
 *              a client sends many at once
 *
 * The queue is bounded: a client that sends and does not read its replies is not read either.
 */
import { handle } from '@p8/errors';
import type { Socket } from '@p8/socket';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Command } from './commands/command.ts';
import { findCommand } from './commands/table.ts';
import { ControlConnection, type Line } from './control-connection.ts';
import type { DataPort } from './data-connection.ts';
import type { Jail } from './jail.ts';
import { FACTS, type Fact } from './listing.ts';
import { type Names, formatPath } from './path.ts';
import { formatEndpoint } from './peer.ts';
import { type Reply, Refused, fileReplies, reply } from './replies.ts';
import type { ServerSettings } from './settings.ts';
import { Transfer, type TransferBody } from './transfer.ts';
import type { Account } from './users.ts';
import { toText } from './wire.ts';

/** Commands that may wait. A mirror of lftp sends some ten ahead. */
const QUEUE_LIMIT = 64;
/** How long a transfer that is cut may take to say so, in seconds. */
const LAST_WORDS = 1;
/** Unknown commands in a row, after which this is no FTP client. */
const NONSENSE_LIMIT = 20;

/** What a logged-in user has. */
export interface Login {
  readonly account: Account;
  readonly jail: Jail;
}

export class Session {
  readonly settings: ServerSettings;
  readonly control: ControlConnection;
  readonly started: number = Date.now();
  log: Logger;

  /** The name of the last USER, until PASS has settled it. */
  pendingName: string | undefined;
  login: Login | undefined;
  loginFailures = 0;
  folder: Names = [];
  type: 'A' | 'I' = 'A';
  facts: readonly Fact[] = FACTS;
  /** After EPSV ALL no other command may set the data port up. */
  extendedOnly = false;
  /** The offset of the last REST, for the next transfer only. */
  restart = 0;
  renameFrom: Names | undefined;
  transfer: Transfer | undefined;
  /** An ABOR ended a transfer, and has still to be answered. */
  wasAborted = false;

  readonly #queue: Line[] = [];
  readonly #gone = new AbortController();
  readonly #atOnce = new Set<Promise<void>>();
  #port: DataPort | undefined;
  #wake: (() => void) | undefined;
  #room: (() => void) | undefined;
  #isEnding = false;
  #ended: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();
  #nonsense = 0;
  #idle: NodeJS.Timeout | undefined;
  #loginLimit: NodeJS.Timeout | undefined;

  /** Takes the socket over. Raises OSError if the client is gone already. */
  constructor(socket: Socket, settings: ServerSettings) {
    this.settings = settings;
    this.control = new ControlConnection(socket);
    this.log = settings.log.child({ peer: formatEndpoint(this.control.peer) });
  }

  /** Aborted when the client is gone or the session is told to end: for waits that have no other end. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get canWrite(): boolean {
    return this.login?.account.access === 'write' && !this.settings.readOnly;
  }

  get port(): DataPort | undefined {
    return this.#port;
  }

  /** Sets where the next data connection comes from; the one before is closed. */
  set port(port: DataPort | undefined) {
    this.#port?.close();
    this.#port = port;
  }

  /** The jail of the user. For commands that need a login, which the table has checked. */
  get jail(): Jail {
    if (this.login === undefined) throw new Refused(530, 'Log in first, with USER and PASS.');
    return this.login.jail;
  }

  /** Serves the client until one of both ends it. Comes back when everything is closed; raises only what is a bug. */
  async run(): Promise<void> {
    const { idleTimeout, loginTimeout, banner } = this.settings;
    this.#idle = setTimeout(() => this.#onIdle(), idleTimeout * 1000);
    this.#loginLimit = setTimeout(() => this.#onLoginLimit(), loginTimeout * 1000);
    this.log.debug('connected');
    try {
      await this.control.send(reply(220, banner));
      const reading = this.#read();
      await this.#work();
      await this.end();
      await reading;
      await Promise.all(this.#atOnce);
    } finally {
      clearTimeout(this.#idle);
      clearTimeout(this.#loginLimit);
      this.port = undefined;
      this.control.destroy();
      await this.logout();
      this.log.debug({ seconds: (Date.now() - this.started) / 1000 }, 'disconnected');
    }
  }

  /** Ends the session: a running transfer is cut, the reply is sent, the connection closed. Again is fine. */
  end(last?: Reply): Promise<void> {
    this.#ended ??= this.#finish(last);
    return this.#ended;
  }

  /** Forgets the user and everything that was set up for him. */
  async logout(): Promise<void> {
    const jail = this.login?.jail;
    this.login = undefined;
    this.pendingName = undefined;
    this.folder = [];
    this.renameFrom = undefined;
    this.restart = 0;
    await jail?.[Symbol.asyncDispose]();
  }

  /** REIN: everything is as after the connect, but for the connection itself. */
  reset(): void {
    this.type = 'A';
    this.facts = FACTS;
    this.extendedOnly = false;
    this.port = undefined;
    this.#loginLimit?.refresh();
  }

  /** After a good PASS: the limit on the time to log in no longer holds. */
  loggedIn(login: Login): void {
    this.login = login;
    this.folder = [];
    this.log = this.settings.log.child({ peer: formatEndpoint(this.control.peer), user: toText(login.account.name) });
    this.log.info({ home: login.account.home }, 'logged in');
  }

  /**
   * Runs one transfer on the data port that was set up. Returns the last reply.
   * @param label the verb and the path, for STAT and the log
   */
  async runTransfer(label: string, announcement: string, body: TransferBody): Promise<Reply> {
    const port = this.#port;
    if (port === undefined) throw new Refused(425, 'The data port is gone.');
    this.#port = undefined;
    const announce = (given: Reply) => this.control.send(given);
    const transfer = new Transfer(port, { label, announcement, timeout: this.settings.dataTimeout, announce });
    this.transfer = transfer;
    if (this.signal.aborted) transfer.interrupt('lost');
    try {
      const result = await transfer.run(body);
      const { bytes, seconds, interruption } = transfer;
      this.log.info({ transfer: toText(label), bytes, seconds, reply: result.code, interruption }, 'transfer');
      if (interruption === 'abort') this.wasAborted = true;
      return result;
    } finally {
      this.transfer = undefined;
      this.#idle?.refresh();
    }
  }

  async #read(): Promise<void> {
    for (;;) {
      const lines = await this.control.receive();
      if (lines === undefined) break;
      for (const line of lines) this.#arrive(line);
      this.#wake?.();
      while (this.#queue.length >= QUEUE_LIMIT && !this.#isEnding)
        await new Promise<void>((resolve) => (this.#room = resolve));
      if (this.#isEnding) return;
    }
    this.#gone.abort();
    this.transfer?.interrupt('lost');
    this.#wake?.();
  }

  #arrive(line: Line): void {
    const verb = line.type === 'line' ? verbOf(line.line) : '';
    if (verb === 'ABOR') this.transfer?.interrupt('abort');
    if (verb === 'QUIT' && this.transfer?.isWaiting) this.transfer.interrupt('quit');
    if (this.transfer && this.#queue.length === 0 && findCommand(verb)?.duringTransfer) {
      const running = this.#execute(line).finally(() => this.#atOnce.delete(running));
      this.#atOnce.add(running);
    } else this.#queue.push(line);
  }

  async #work(): Promise<void> {
    while (!this.#isEnding) {
      const line = this.#queue.shift();
      this.#room?.();
      if (line !== undefined) {
        this.#current = this.#execute(line);
        await this.#current;
        this.#idle?.refresh();
      } else if (this.signal.aborted) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #execute(line: Line): Promise<void> {
    const answer = line.type === 'line' ? await this.#command(line.line) : reply(500, 'The command line is too long.');
    if (answer !== undefined) await this.control.send(answer);
  }

  async #command(line: string): Promise<Reply | undefined> {
    const verb = verbOf(line);
    const space = line.indexOf(' ');
    const argument = space === -1 ? '' : line.slice(space + 1);
    this.log.debug({ command: verb === 'PASS' ? 'PASS …' : toText(line) }, 'command');
    const command = findCommand(verb);
    if (command === undefined) return this.#unknown(verb);
    this.#nonsense = 0;
    const offset = this.restart;
    if (command.transfers) this.restart = 0;
    if (verb !== 'RNTO' && !command.duringTransfer) this.renameFrom = undefined;
    try {
      return this.#refusal(command, argument) ?? (await command.run(this, argument, offset));
    } catch (error) {
      return this.#failure(error, command);
    } finally {
      // a port is for one transfer command, also when it is refused
      if (command.transfers) this.port = undefined;
    }
  }

  /** Why this command cannot run at all, if so. */
  #refusal(command: Command, argument: string): Reply | undefined {
    if (command.needsLogin && this.login === undefined) return reply(530, 'Log in first, with USER and PASS.');
    if (command.argument === 'none' && argument.trim() !== '') return reply(501, `${command.verb} takes no argument.`);
    if (command.argument === 'required' && argument === '') return reply(501, `Usage: ${command.syntax}`);
    if (command.writes && !this.canWrite) return reply(550, 'Permission denied: you may only read here.');
    if (command.transfers && this.#port === undefined) return reply(425, 'Send PASV, EPSV, PORT or EPRT first.');
    return undefined;
  }

  #failure(error: unknown, command: Command): Reply {
    try {
      const answer = handle(error, ...fileReplies);
      if (answer.code === 451) this.log.warn({ err: error, verb: command.verb }, 'failed');
      return answer;
    } catch (bug) {
      this.log.error({ err: bug, verb: command.verb }, 'an error in the server');
      return reply(451, 'An error in the server; its log has the details.');
    }
  }

  #unknown(verb: string): Reply | undefined {
    // a browser that was led here by a hostile page sends HTTP: nothing of it may be taken for commands
    const isHttp = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'HOST:'].includes(verb);
    if (isHttp || ++this.#nonsense >= NONSENSE_LIMIT) {
      void this.end(reply(421, 'This is an FTP server; good bye.'));
      return undefined;
    }
    return reply(500, 'Unknown command; HELP lists the known ones.');
  }

  #onIdle(): void {
    if (this.transfer !== undefined) this.#idle?.refresh();
    else void this.end(reply(421, `Nothing came for ${this.settings.idleTimeout} seconds; good bye.`));
  }

  #onLoginLimit(): void {
    if (this.login === undefined)
      void this.end(reply(421, `No login within ${this.settings.loginTimeout} seconds; good bye.`));
  }

  async #finish(last?: Reply): Promise<void> {
    this.#isEnding = true;
    this.#gone.abort();
    this.#wake?.();
    this.#room?.();
    if (this.transfer !== undefined) {
      // its 426 goes out before the last reply
      this.transfer.interrupt('end');
      await Promise.race([this.#current, delay(LAST_WORDS * 1000, undefined, { ref: false })]);
    }
    if (last !== undefined) void this.control.send(last);
    await this.control.close();
  }

  /** Where the client is, as it sees it. */
  get folderPath(): string {
    return formatPath(this.folder);
  }
}

/** The verb of a line: verbs ignore case (RFC 959 §5.3). */
function verbOf(line: string): string {
  const space = line.indexOf(' ');
  return (space === -1 ? line : line.slice(0, space)).toUpperCase();
}
