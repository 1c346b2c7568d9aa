/**
 * The template of every server: how a request is waited for, checked, handled and let go.
 *
 *     serveForever ─▶ getRequest ─▶ verifyRequest ─┬─▶ processRequest ─▶ finishRequest ─▶ shutdownRequest ─▶ closeRequest
 *     handleRequest                                │        └─ an error ─▶ handleError ─▶ shutdownRequest
 *                                                  └─ false ───────────────────────────▶ shutdownRequest
 *
 * https://docs.python.org/3/library/socketserver.html#server-objects
 */
import {
  ConnectionError,
  formatException,
  OSError,
  OverflowError,
  RuntimeError,
  RuntimeWarning,
  warn,
} from '@p8/errors';
import { TimeoutError } from '@p8/errors';
import type { Address, Seconds, WaitOptions } from '@p8/socket';
import { reducible } from '@p8/threading';
import { addressText } from './address-text.ts';
import { mustEscape } from './must-escape.ts';
import type { BaseRequestHandler } from './request-handler.ts';
import { onSignals } from './signals.ts';
import { unlessAborted } from './unless-aborted.ts';

/**
 * A class of handlers for requests of one type. Its server may be of any class: a handler that needs more than
 * `BaseServer` says so in its own type (`StreamRequestHandler<MyServer>`).
 */
export type RequestHandlerClass<Request> = new (
  request: Request,
  clientAddress: Address,
  server: never,
) => Pick<BaseRequestHandler<Request>, 'request' | 'run'>;

export interface ServeOptions {
  /** Ends serving, the request in hand too: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often {@link BaseServer.serviceActions} is called while no request comes, in seconds; 0.5 unless given. */
  readonly pollInterval?: Seconds;
  /** Signals of the system that {@link BaseServer.shutdown} the server while it serves: `['SIGTERM', 'SIGINT']`. None unless given. */
  readonly signals?: readonly NodeJS.Signals[];
}

/** What a server has done and is doing. */
export interface ServerStatistics {
  /** Requests that were accepted and not refused by `verifyRequest`. */
  readonly requests: number;
  /** How often `handleError` was called. */
  readonly errors: number;
  /** Requests that are being handled, or wait for it: of a stream server, open connections. */
  readonly active: number;
}

/** The system is short of descriptors or memory: the request stays in the queue, and trying at once would spin. */
const SHORTAGES: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'];
/** accept(2): errors of a connection that is already over, which are to be treated like EAGAIN. */
const PASSING: readonly unknown[] = [
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EINTR',
  'ENETDOWN',
  'ENETUNREACH',
  'ENONET',
  'ENOPROTOOPT',
  'EPERM',
  'EPROTO',
];
/** Long enough not to be felt by the processor, short enough not to be felt by a client. */
const PAUSE: Seconds = 0.1;
const LONGEST_TIMER = 2 ** 31 - 1;
const IDLE = Symbol('no request in time');
const NO_OPTIONS: WaitOptions = {};

/**
 * A server of requests, which need not be sockets.
 *
 * For callers: `serveForever`, `shutdown`, `handleRequest`, `serverClose` (or `await using`), `serverAddress`.
 *
 * To be overridden: `getRequest`; and as needed `verifyRequest`, `processRequest` (the step that a mix-in changes),
 * `finishRequest`, `shutdownRequest`, `closeRequest`, `handleError`, `handleTimeout`, `serviceActions`, `serverActivate`,
 * `serverClose`, `timeout`. Each may return a promise.
 */
export abstract class BaseServer<Request = unknown> implements AsyncDisposable {
  /** How long {@link handleRequest} waits, in seconds; null: without limit. `serveForever` has no limit. */
  timeout: Seconds | null = null;
  /** The address asked for; once bound, the real one. */
  serverAddress: Address;
  readonly RequestHandlerClass: RequestHandlerClass<Request>;
  static {
    reducible<BaseServer>(BaseServer, (server) => [serverOf, [server.constructor, server.getState()]]);
  }

  readonly #stop = new AbortController();
  #requests = 0;
  #errors = 0;
  #active = 0;
  #serving = false;
  #short = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: WaitOptions = NO_OPTIONS;

  constructor(serverAddress: Address, RequestHandlerClass: RequestHandlerClass<Request>) {
    if (serverAddress instanceof Image) {
      // the other fields follow
      this.serverAddress = '';
      this.RequestHandlerClass = serverAddress.RequestHandlerClass as RequestHandlerClass<Request>;
      return;
    }
    if (typeof RequestHandlerClass !== 'function')
      throw new TypeError(`RequestHandlerClass must be a class of handlers, not ${String(RequestHandlerClass)}`);
    this.serverAddress = serverAddress;
    this.RequestHandlerClass = RequestHandlerClass;
  }

  // ---- serving

  /**
   * Handles requests until {@link shutdown}, and resolves then; without a mix-in the request in hand is finished first.
   * Rejects with an error that must not be swallowed (`SystemExit`, `KeyboardInterrupt`), with an error of the listening
   * socket, or with the reason of the signal, each after letting go of the request in hand. Calls
   * {@link serviceActions} after each request and, while none comes, every `pollInterval` seconds.
   */
  async serveForever(options: ServeOptions = {}): Promise<void> {
    if (this.#serving) throw new RuntimeError('serveForever(): this server is serving already');
    const { signal, pollInterval = 0.5, signals = [] } = options;
    checkLimit(pollInterval, 'pollInterval');
    signal?.throwIfAborted();
    // an idle server with nothing to do in between is never woken
    const limit = this.serviceActions === BaseServer.prototype.serviceActions ? null : pollInterval;
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    const forget = onSignals(signals, () => this.shutdown());
    this.#serving = true;
    try {
      while (!stop.aborted) {
        await this.#serveNext(stop, limit, signal);
        if (!stop.aborted) await this.serviceActions();
      }
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure.error;
    } finally {
      this.#serving = false;
      forget();
    }
  }

  /**
   * Ends {@link serveForever}, for good: at once while it waits, and when it has not begun yet as soon as it does. Never
   * waits: to know when the loop has ended, await what `serveForever` returned. May be called from a handler, from
   * anywhere, any number of times.
   */
  shutdown(): void {
    this.#stop.abort();
  }

  /**
   * Handles one request: waits for it up to {@link timeout} seconds, and calls {@link handleTimeout} when none came.
   * Rejects as {@link serveForever} does.
   */
  async handleRequest(options: WaitOptions = NO_OPTIONS): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.timeout !== null) checkLimit(this.timeout, 'timeout');
    const next = await this.#next(signal, this.timeout);
    if (next === IDLE) await this.handleTimeout();
    else if (next !== undefined) await this.#process(next[0], next[1], signal);
  }

  /** Called when {@link handleRequest} saw no request in time. Does nothing unless overridden. */
  handleTimeout(): void | Promise<void> {}

  /** Called on each turn of {@link serveForever}. Does nothing unless overridden. */
  serviceActions(): void | Promise<void> {}

  // ---- the steps of a request

  /**
   * The next request and where it comes from; waits for it. When overridden, pass `options` on, or hand
   * {@link waiting} to what waits: its signal is aborted by `shutdown` and by a time limit.
   */
  abstract getRequest(options?: WaitOptions): Promise<[request: Request, clientAddress: Address]>;

  /** Whether to handle the request. True unless overridden. */
  verifyRequest(request: Request, clientAddress: Address): boolean | Promise<boolean>;
  verifyRequest(): boolean {
    return true;
  }

  /** Handles the request and lets go of it. A mix-in that handles requests elsewhere overrides this step. */
  async processRequest(request: Request, clientAddress: Address): Promise<void> {
    await this.finishRequest(request, clientAddress);
    await this.shutdownRequest(request);
  }

  /** Makes a handler and runs it. */
  async finishRequest(request: Request, clientAddress: Address): Promise<void> {
    await new this.RequestHandlerClass(request, clientAddress, this as never).run();
  }

  /** Ends a request properly, then calls {@link closeRequest}. */
  shutdownRequest(request: Request): void | Promise<void> {
    return this.closeRequest(request);
  }

  /** Lets go of a request. Does nothing unless overridden. */
  closeRequest(request: Request): void | Promise<void>;
  closeRequest(): void {}

  /** Ends a request whose handler may still be at work on it: the server is cancelled or closed. */
  dropRequest(request: Request): void | Promise<void> {
    return this.closeRequest(request);
  }

  /** Called with what a handler threw. Prints it to stderr, framed as in Python, unless overridden; serving goes on. */
  handleError(request: Request, clientAddress: Address, error: unknown): void | Promise<void>;
  handleError(_request: Request, clientAddress: Address, error: unknown): void {
    const frame = '-'.repeat(40);
    const title = `Exception occurred during processing of request from ${addressText(clientAddress)}`;
    process.stderr.write(`${frame}\n${title}\n${formatException(error)}\n${frame}\n`);
  }

  // ---- the end

  /** Called by the constructor of a class that listens. Does nothing unless overridden. */
  serverActivate(): void {}

  /** Shuts the server down and lets go of what it holds. Twice is fine. */
  serverClose(): Promise<void> {
    this.shutdown();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.serverClose();
  }

  // ---- in numbers, and elsewhere

  /** What the server has done and is doing, at this moment. */
  statistics(): ServerStatistics {
    return { requests: this.#requests, errors: this.#errors, active: this.#active };
  }

  /**
   * What the server's image in a thread or process has of it, as Python's `__getstate__`: all fields but its socket. Override it where a
   * field cannot be sent, or need not be. Constructors and private fields (`#x`) have no part in the image; locks, queues
   * and values in shared memory are the same there.
   */
  getState(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }

  /** What the current call of {@link getRequest} should wait with. */
  protected get waiting(): WaitOptions {
    return this.#waiting;
  }

  /** Ends {@link serveForever} with an error; for mix-ins, whose requests end outside of it. */
  protected failServing(error: unknown): void {
    if (!this.#serving) throw error;
    this.#failure ??= { error };
    this.#stop.abort();
  }

  /** Waits until another request may come, if it must; for mix-ins that hold several. */
  protected awaitRoom(_options: WaitOptions): Promise<void> | undefined {
    return undefined;
  }

  /** Counts an error of a request and has it handled; for mix-ins, whose requests end outside of {@link serveForever}. */
  protected async tellError(request: Request, clientAddress: Address, error: unknown): Promise<void> {
    this.#errors++;
    await this.handleError(request, clientAddress, error);
  }

  async #serveNext(stop: AbortSignal, limit: Seconds | null, signal: AbortSignal | undefined): Promise<void> {
    try {
      const next = await this.#next(stop, limit);
      if (next !== undefined && next !== IDLE) await this.#process(next[0], next[1], signal);
    } catch (error) {
      // the wait was given up: serveForever says with what
      if (!(stop.aborted && error === stop.reason)) throw error;
    }
  }

  /** The next request; IDLE when none came in time, undefined when one was lost before it was taken. */
  async #next(
    signal: AbortSignal | undefined,
    limit: Seconds | null,
  ): Promise<[Request, Address] | typeof IDLE | undefined> {
    const turn = limit === null ? undefined : new AbortController();
    const timer = turn && setTimeout(() => turn.abort(IDLE), Math.min((limit ?? 0) * 1000, LONGEST_TIMER));
    const signals = [signal, turn?.signal].filter((one) => one !== undefined);
    const [first] = signals;
    const waiting =
      first === undefined ? NO_OPTIONS : { signal: signals.length === 1 ? first : AbortSignal.any(signals) };
    try {
      this.#waiting = waiting;
      const room = this.awaitRoom(waiting);
      if (room !== undefined) {
        await room;
        waiting.signal?.throwIfAborted();
      }
      const next = await this.getRequest(waiting);
      this.#short = false;
      return next;
    } catch (error) {
      // the listening socket has a time limit of its own
      if (error === IDLE || error instanceof TimeoutError) return IDLE;
      if (!(error instanceof OSError)) throw error;
      if (SHORTAGES.includes(error.code)) return await this.#pause(error, waiting.signal);
      if (error instanceof ConnectionError || PASSING.includes(error.code)) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits a little for descriptors or memory; says so once until requests come again. */
  async #pause(error: OSError, signal: AbortSignal | undefined): Promise<undefined> {
    if (!this.#short) {
      this.#short = true;
      warn(`${addressText(this.serverAddress)} takes no requests for now: ${error.message}`, RuntimeWarning);
    }
    let timer: NodeJS.Timeout | undefined;
    try {
      await unlessAborted(new Promise<void>((resume) => (timer = setTimeout(resume, PAUSE * 1000))), signal);
    } catch (reason) {
      if (reason !== IDLE) throw reason;
    } finally {
      clearTimeout(timer);
    }
  }

  async #process(request: Request, clientAddress: Address, signal: AbortSignal | undefined): Promise<void> {
    this.#active++;
    try {
      if (await this.verifyRequest(request, clientAddress)) {
        this.#requests++;
        await unlessAborted(Promise.resolve(this.processRequest(request, clientAddress)), signal);
      } else await this.shutdownRequest(request);
    } catch (error) {
      if (signal?.aborted) {
        await this.dropRequest(request);
        throw error;
      }
      try {
        if (mustEscape(error)) throw error;
        await this.tellError(request, clientAddress, error);
      } finally {
        await this.shutdownRequest(request);
      }
    } finally {
      this.#active--;
    }
  }
}

/** The image of a server where `getState` has arrived. */
export function serverOf(type: Function, { ...state }: Record<string, unknown>): BaseServer {
  const image = new Image(state['RequestHandlerClass']);
  return Object.assign(Reflect.construct(BaseServer, [image], type) as BaseServer, state);
}

/** For the constructor. */
class Image {
  readonly RequestHandlerClass: unknown;

  constructor(RequestHandlerClass: unknown) {
    this.RequestHandlerClass = RequestHandlerClass;
  }
}

function checkLimit(limit: Seconds, name: string): void {
  if (typeof limit !== 'number') throw new TypeError(`${name} must be a number of seconds, not ${String(limit)}`);
  if (!(limit >= 0)) throw new OverflowError(`${name} must be 0 seconds or more, not ${limit}`);
}
