/**
 * A session with an FTP server: Python's `ftplib.FTP`, with promises.
 *
 *     await using ftp = new FTP({ timeout: 10 });
 *     await ftp.connect('localhost', 2121);
 *     await ftp.login('anna', 'secret');
 *     await ftp.download('notes.txt', (data) => process.stdout.write(data));
 *
 * https://docs.python.org/3/library/ftplib.html · RFC 959, RFC 2428 (EPSV), RFC 3659 (MLSD, SIZE, MDTM, REST)
 */
import { EOFError, OSError, RuntimeError, suppress, ValueError } from '@p8/errors';
import { createConnection, getdefaulttimeout } from '@p8/socket';
import type { InternetAddress, Seconds, WaitOptions } from '@p8/socket';
import { BLOCK_SIZE, checkSource, receive, send } from './bytes.ts';
import type { Progress, Sink, Source } from './bytes.ts';
import { checkOffset, notAnOption, verb } from './command-line.ts';
import { Control, hidden } from './control.ts';
import type { Good } from './control.ts';
import type { DataMode } from './data.ts';
import type { Entry } from './entry.ts';
import { ProtocolError, replyError } from './errors.ts';
import { isTotalLine, parseListLine } from './list-line.ts';
import { LineSink } from './line-sink.ts';
import { parseMlsxLine } from './mlsx.ts';
import { bareName } from './names.ts';
import { fileSize, modificationTime, quotedPath } from './reply-fields.ts';
import type { Reply, TextEncoding } from './reply.ts';
import { transfer } from './transfer.ts';

export interface FTPOptions {
  /** Bounds connecting, each reply, and each part of a transfer, in seconds: a stall, not a long file. As the sockets' default. */
  readonly timeout?: Seconds | null;
  /** The address to connect from. */
  readonly sourceAddress?: InternetAddress;
  /** Of names: UTF-8 unless given; latin1 keeps any byte of an old server's names. */
  readonly encoding?: TextEncoding;
  /** False: the server connects to us (PORT, EPRT). */
  readonly passive?: boolean;
  /** The most bytes one listing may have: 64 MiB unless given. */
  readonly listingLimit?: number;
  /** Is told every line of the control connection, with passwords hidden and control characters escaped. */
  readonly trace?: (line: string) => void;
}

export interface TransferOptions extends WaitOptions {
  /** Where to begin, in bytes: what is before stays as it is (REST). */
  readonly rest?: number;
  readonly progress?: Progress;
}

export interface DownloadOptions extends TransferOptions {
  /** Give every part in the same buffer: faster, for a sink that is done with it when it returns. */
  readonly reuse?: boolean;
}

export interface UploadOptions extends TransferOptions {
  /** Add to the end of the file (APPE). */
  readonly append?: boolean;
  /** Where in a FileHandle to begin to read; `rest` unless given. Its own position is neither used nor kept. */
  readonly offset?: number;
}

const PORT = 21;
const LISTING_LIMIT = 64 * 1024 * 1024;

/**
 * A session. For callers: `connect`, `login`, then any method, one at a time (RuntimeError for a second one beside it);
 * `quit` says goodbye, `close` hangs up at any time and ends what runs; both may be called twice.
 *
 * Every method raises TemporaryError (4xx) or PermanentError (5xx) for what the server refuses, ProtocolError for what is
 * no FTP, TimeoutError, EOFError or another OSError when the connection fails, ValueError for an argument with a CR, LF
 * or NUL, and the signal's reason. After the server's refusal, an aborted signal or a time limit the session goes on.
 */
export class FTP implements Disposable, AsyncDisposable {
  readonly #options: FTPOptions;
  readonly #mode: DataMode;
  #control: Control | undefined;
  #welcome = '';
  /** What the server was told last by TYPE. */
  #type = '';
  #buffer: Buffer | undefined;
  /** The method that runs. */
  #running: string | undefined;

  constructor(options: FTPOptions = {}) {
    const { timeout, encoding, listingLimit = 0 } = options;
    if (timeout === 0) throw new ValueError('timeout must be above 0, or null for no limit');
    if (encoding !== undefined && encoding !== 'utf-8' && encoding !== 'latin1') {
      throw new ValueError(`encoding must be 'utf-8' or 'latin1', not ${JSON.stringify(encoding)}`);
    }
    if (!(listingLimit >= 0)) throw new ValueError(`listingLimit must be a number of bytes, not ${listingLimit}`);
    this.#options = options;
    const { passive = true, sourceAddress } = options;
    this.#mode = { passive, noExtended: false, isBound: sourceAddress !== undefined };
  }

  /** Whether there is no session: not connected yet, hung up, or lost. */
  get closed(): boolean {
    return this.#control?.closed ?? true;
  }

  /** The server's greeting; empty before {@link connect}. It may hold any character. */
  getwelcome(): string {
    return this.#welcome;
  }

  /** Whether data connections are made by us (the default) or by the server. */
  setPasv(passive: boolean): void {
    this.#mode.passive = passive;
  }

  /** Connects and waits for the greeting, which is returned. Raises RuntimeError when there is a session already. */
  async connect(host: string, port: number = PORT, options: WaitOptions = {}): Promise<string> {
    if (!this.closed || this.#running !== undefined) {
      throw new RuntimeError('connect(): this session is connected already; close() it, or use another FTP');
    }
    const { timeout = getdefaulttimeout(), sourceAddress, encoding = 'utf-8', trace } = this.#options;
    this.#running = 'connect';
    try {
      const socket = await createConnection([host, port], {
        timeout,
        ...(sourceAddress && { sourceAddress }),
        ...options,
      });
      const control = new Control(socket, { timeout, encoding, trace });
      this.#control = control;
      this.#type = '';
      this.#mode.noExtended = false;
      this.#welcome = await greeting(control, options);
      return this.#welcome;
    } finally {
      this.#running = undefined;
    }
  }

  /** Logs in; anonymously unless told who. Raises PermanentError (530) for a wrong name or password. */
  login(user = 'anonymous', passwd = '', acct = '', options?: WaitOptions): Promise<Reply> {
    return this.#alone('login', async (control) => {
      const password = user === 'anonymous' && passwd === '' ? 'anonymous@' : passwd;
      // all of them first: nothing is sent when one cannot be
      const commands = [
        verb('USER', user, 'user'),
        verb('PASS', password, 'passwd'),
        verb('ACCT', acct, 'acct'),
      ] as const;
      let reply = await control.command('23', commands[0], options);
      if (reply.code >= 300) reply = await control.command('23', commands[1], options);
      if (reply.code >= 300) reply = await control.command('2', commands[2], options);
      return reply;
    });
  }

  // ---- any command

  /** Sends a command and returns its reply, of any kind but 4xx and 5xx, which are raised. Not for transfers. */
  sendcmd(command: string, options?: WaitOptions): Promise<Reply> {
    return this.#alone('sendcmd', async (control) => {
      await control.send(command, options);
      const reply = await control.next(options);
      if (reply.code >= 400) throw replyError(reply, hidden(command));
      return reply;
    });
  }

  /** As {@link sendcmd}, but any reply except 2xx is raised. */
  voidcmd(command: string, options?: WaitOptions): Promise<Reply> {
    return this.#command('voidcmd', '2', command, options);
  }

  // ---- folders and files

  /** Changes the folder; `..` is the one above. */
  async cwd(path: string, options?: WaitOptions): Promise<void> {
    await this.#command('cwd', '2', path === '..' ? 'CDUP' : verb('CWD', path), options);
  }

  /** The folder that relative paths begin at. */
  async pwd(options?: WaitOptions): Promise<string> {
    return quotedPath(await this.#command('pwd', '2', 'PWD', options));
  }

  /** Makes a folder; returns its path as the server tells it. */
  async mkd(path: string, options?: WaitOptions): Promise<string> {
    const reply = await this.#command('mkd', '2', verb('MKD', path), options);
    // some servers say 250 or a sentence; the folder is made all the same
    return reply.code === 257 && reply.lines[0]?.startsWith('"') ? quotedPath(reply) : path;
  }

  /** Removes a folder. */
  async rmd(path: string, options?: WaitOptions): Promise<void> {
    await this.#command('rmd', '2', verb('RMD', path), options);
  }

  /** Removes a file. */
  async delete(path: string, options?: WaitOptions): Promise<void> {
    await this.#command('delete', '2', verb('DELE', path), options);
  }

  /** Renames or moves a file or folder. */
  rename(from: string, to: string, options?: WaitOptions): Promise<void> {
    return this.#alone('rename', async (control) => {
      const target = verb('RNTO', to, 'to');
      await control.command('3', verb('RNFR', from, 'from'), options);
      await control.command('2', target, options);
    });
  }

  /** The size of a file in bytes. */
  size(path: string, options?: WaitOptions): Promise<number> {
    return this.#alone('size', async (control) => {
      const command = verb('SIZE', path);
      await this.#setType(control, 'I', options); // in ASCII it would be another number, or refused
      return fileSize(await control.command('2', command, options));
    });
  }

  /** When a file was changed. */
  async mdtm(path: string, options?: WaitOptions): Promise<Date> {
    return modificationTime(await this.#command('mdtm', '2', verb('MDTM', path), options));
  }

  // ---- listings

  /** The names in a folder. Bare names: paths, which some servers send, are cut, and `.` and `..` are left out. */
  async nlst(path = '', options?: WaitOptions): Promise<string[]> {
    const lines = await this.#lines('nlst', verb('NLST', notAnOption(path)), options);
    return lines.map((line) => bareName(line)).filter((name) => name !== undefined);
  }

  /** The lines of LIST, as the server sent them: any character but the line's end may be in them. */
  async dir(path = '', options?: WaitOptions): Promise<string[]> {
    return await this.#lines('dir', verb('LIST', notAnOption(path)), options);
  }

  /**
   * The files of a folder by LIST, for servers without MLSD: see {@link Entry} about its times. `.` and `..` are left
   * out. Raises ProtocolError for a line in another form than that of `ls -l`; {@link dir} gives such lines.
   */
  async list(path = '', options?: WaitOptions): Promise<Entry[]> {
    const lines = await this.#lines('list', verb('LIST', notAnOption(path)), options);
    const entries = lines
      .filter((line) => line !== '' && !isTotalLine(line))
      .map((line) => {
        const entry = parseListLine(line);
        if (entry === undefined) throw new ProtocolError('the server sent a line that is none of ls -l', line);
        return entry;
      });
    return entries.filter((entry) => entry !== 'unusable');
  }

  /**
   * The files of a folder by MLSD, which means the same on every server. `facts` names the facts that are wanted, all
   * that the server likes to tell unless given. The folder itself and its parent are left out. Raises PermanentError
   * (500, 502) on servers that lack it.
   */
  async mlsd(path = '', facts: readonly string[] = [], options?: WaitOptions): Promise<Entry[]> {
    const command = verb('MLSD', path);
    if (facts.length > 0) {
      await this.#command('mlsd', '2', verb('OPTS', `MLST ${facts.join(';')};`, 'facts'), options);
    }
    const lines = await this.#lines('mlsd', command, options);
    return lines.map((line) => parseMlsxLine(line)).filter((entry) => entry !== undefined);
  }

  // ---- transfers

  /**
   * Downloads a file into a sink, as it is (TYPE I). Returns the number of bytes. Raises what the sink raises. An
   * aborted signal ends the transfer, and the session can be used again when this has rejected.
   */
  download(path: string, sink: Sink, options: DownloadOptions = {}): Promise<number> {
    return this.#alone('download', async (control) => {
      const { rest = 0, progress, signal, reuse = false } = options;
      const command = verb('RETR', path);
      checkOffset('download', 'rest', rest);
      if (typeof sink !== 'function') throw new TypeError('download(): sink must be a function that takes a Buffer');
      await this.#setType(control, 'I', { signal });
      const [count] = await transfer(control, this.#mode, { command, rest, signal }, (socket, { signal }) =>
        receive(socket, sink, { signal, progress, start: rest, reuse, buffer: this.#block() }),
      );
      return count;
    });
  }

  /**
   * Uploads bytes, an open file, or what an iterable yields, as it is (TYPE I). Returns the number of bytes sent. When it
   * raises, the server has been told that the file is not whole; what it does with the part is its own affair.
   */
  upload(source: Source, path: string, options: UploadOptions = {}): Promise<number> {
    return this.#alone('upload', async (control) => {
      const { rest = 0, append = false, progress, signal, offset = rest } = options;
      const command = verb(append ? 'APPE' : 'STOR', path);
      checkOffset('upload', 'rest', rest);
      checkOffset('upload', 'offset', offset);
      if (append && rest > 0) throw new ValueError('upload(): append and rest exclude each other; leave one out');
      checkSource(source);
      await this.#setType(control, 'I', { signal });
      const [count] = await transfer(control, this.#mode, { command, rest, signal }, (socket, { signal }) =>
        send(socket, source, { signal, progress, start: rest, offset }),
      );
      return count;
    });
  }

  // ---- the end

  /** Says goodbye and closes; waits for the server's answer. Does nothing when closed. */
  async quit(options?: WaitOptions): Promise<void> {
    if (this.closed) return;
    await this.#alone('quit', async (control) => {
      try {
        await control.command('2', 'QUIT', options);
      } finally {
        control.close();
      }
    });
  }

  /** Hangs up at once; what runs is rejected. */
  close(): void {
    this.#control?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Says goodbye if nothing runs, and closes in any case; a server that is gone already is no error. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running === undefined) await suppress([OSError, EOFError], () => this.quit());
    this.close();
  }

  // ---- private

  #command(method: string, good: Good, command: string, options?: WaitOptions): Promise<Reply> {
    return this.#alone(method, (control) => control.command(good, command, options));
  }

  #lines(method: string, command: string, { signal }: WaitOptions = {}): Promise<string[]> {
    return this.#alone(method, async (control) => {
      const { listingLimit = LISTING_LIMIT } = this.#options;
      const sink = new LineSink(control.encoding, listingLimit);
      await this.#setType(control, 'A', { signal });
      await transfer(control, this.#mode, { command, signal }, (socket, { signal }) =>
        receive(socket, (data) => sink.push(data), {
          signal,
          progress: undefined,
          start: 0,
          reuse: true,
          buffer: this.#block(),
        }),
      );
      return sink.end();
    });
  }

  async #setType(control: Control, type: 'A' | 'I', options: WaitOptions | undefined): Promise<void> {
    if (this.#type === type) return;
    this.#type = ''; // unknown, should the reply not be waited for
    await control.command('2', `TYPE ${type}`, options);
    this.#type = type;
  }

  /** Where bytes arrive, kept from one transfer to the next. */
  #block(): Buffer {
    return (this.#buffer ??= Buffer.allocUnsafeSlow(BLOCK_SIZE));
  }

  /** A session answers one question at a time; two at once would take each other's replies. */
  async #alone<T>(method: string, body: (control: Control) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) {
      throw new RuntimeError(
        `${method}(): ${this.#running}() still runs in this session; await it first, or open a second session`,
      );
    }
    if (this.#control === undefined) throw new RuntimeError(`${method}(): not connected; await connect(host) first`);
    if (this.#control.closed) throw new RuntimeError(`${method}(): the session is closed; connect() again`);
    this.#running = method;
    try {
      return await body(this.#control);
    } finally {
      this.#running = undefined;
    }
  }
}

async function greeting(control: Control, options: WaitOptions): Promise<string> {
  try {
    let reply = await control.next(options);
    while (reply.code === 120) reply = await control.next(options); // ready in some minutes
    if (reply.code !== 220) throw replyError(reply);
    return reply.lines.join('\n');
  } catch (error) {
    control.close();
    throw error;
  }
}
