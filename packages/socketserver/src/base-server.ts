/**
 * The template of every server: Python's `socketserver.BaseServer`.
 *
 *     serveForever ─▶ getRequest ─▶ verifyRequest ─▶ processRequest ─▶ finishRequest ─▶ the handler
 *                                        │ no              │               │ throws
 *                                        └────────────▶ shutdownRequest ◀── handleError
 *                                                          └─▶ closeRequest
 *
 * https://docs.python.org/3/library/socketserver.html#server-objects
 */
import { inspect } from 'node:util';
import { Exception, formatException, OSError } from '@p8/errors';
import type { Address, Seconds, WaitOptions } from '@p8/socket';
import type { BaseRequestHandler } from './request-handler.ts';

/** A class of handlers: a new one is made for each request. */
export type RequestHandlerClass<Request> = new (
  request: Request,
  clientAddress: Address,
  server: BaseServer<Request>,
) => BaseRequestHandler<Request>;

export interface ServeOptions extends WaitOptions {
  /** Call `serviceActions` this often as well, in seconds; otherwise only after each request. */
  readonly pollInterval?: Seconds;
}

/** The system is out of something that comes back: a descriptor, memory. The connection waits in the queue meanwhile. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const SHORTAGE_PAUSE = 100;
/** The listener itself is gone. */
const FATAL = new Set(['EBADF', 'EINVAL', 'ENOTSOCK', 'EOPNOTSUPP']);

/**
 * For callers: `serveForever`, `shutdown`, `handleRequest`, `serverClose`, `fileno`, `serverAddress`.
 *
 * May be overridden, each one step: `getRequest`, `verifyRequest`, `processRequest`, `finishRequest`, `shutdownRequest`,
 * `closeRequest`, `handleError`, `handleTimeout`, `serviceActions`, `serverActivate`, `serverClose`.
 *
 * May be set: `timeout`, for `handleRequest` only.
 */
export abstract class BaseServer<Request> implements AsyncDisposable {
  /** The address asked for; once bound, the one it has. */
  serverAddress: Address;
  readonly RequestHandlerClass: RequestHandlerClass<Request>;
  /** The limit of `handleRequest` in seconds; null waits for ever. */
  timeout: Seconds | null = null;
  readonly #stop = new AbortController();
  #shortageReported = false;

  constructor(serverAddress: Address, RequestHandlerClass: RequestHandlerClass<Request>) {
    this.serverAddress = serverAddress;
    this.RequestHandlerClass = RequestHandlerClass;
  }

  /** The descriptor that requests come from; -1 when closed. */
  abstract fileno(): number;

  /** The next request and who it is from; waits for one. */
  abstract getRequest(options?: WaitOptions): Promise<[Request, Address]>;

  /** Ends a request for good. */
  abstract closeRequest(request: Request): void;

  /** Begins to take requests; does nothing here. */
  serverActivate(): void {}

  /**
   * Serves requests until `shutdown()`. Resolves then; rejects with the signal's reason, when the listener is closed, and
   * with what a handler raises that is no Exception (SystemExit, KeyboardInterrupt). After a shutdown it resolves at once.
   */
  async serveForever(options: ServeOptions = {}): Promise<void> {
    const { signal, pollInterval } = options;
    signal?.throwIfAborted();
    const ended = signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    using _timer = this.#every(pollInterval);
    while (!ended.aborted) {
      const next = await this.#nextRequest(ended);
      if (next !== undefined) await this.#dispatch(...next);
      this.serviceActions();
    }
    if (this.#stop.signal.reason !== SHUTDOWN) this.#stop.signal.throwIfAborted();
    if (!this.#stop.signal.aborted) signal?.throwIfAborted();
  }

  /**
   * Ends `serveForever`: at once while it waits for a request, otherwise after the request at hand. May be called from
   * anywhere, from a handler too, any number of times, and before serving. It lasts: make a new server to serve again.
   */
  shutdown(): void {
    this.#stop.abort(SHUTDOWN);
  }

  /** Ends `serveForever` with this error. */
  protected fail(error: unknown): void {
    this.#stop.abort(error);
  }

  /** Serves one request, or calls `handleTimeout` when none comes within `timeout`. */
  async handleRequest(options: WaitOptions = {}): Promise<void> {
    const limit = new AbortController();
    const timer = this.timeout === null ? undefined : setTimeout(() => limit.abort(), this.timeout * 1000);
    const signals = options.signal === undefined ? [limit.signal] : [limit.signal, options.signal];
    let next: [Request, Address] | undefined;
    try {
      next = await this.getRequest({ signal: AbortSignal.any(signals) });
    } catch (error) {
      if (!limit.signal.aborted || options.signal?.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
    if (next === undefined) this.handleTimeout();
    else await this.#dispatch(...next);
  }

  /** Called when `handleRequest` has waited for nothing; does nothing here. */
  handleTimeout(): void {}

  /** Called in each turn of `serveForever`; does nothing here. */
  serviceActions(): void {}

  /** Whether to serve this request; yes here. A request that is not served is shut down. */
  verifyRequest(_request: Request, _clientAddress: Address): boolean | Promise<boolean> {
    return true;
  }

  /** Serves a request from beginning to end; a mix-in does this elsewhere. */
  async processRequest(request: Request, clientAddress: Address): Promise<void> {
    await this.serveRequest(request, clientAddress);
  }

  /** Makes the handler and runs it. */
  async finishRequest(request: Request, clientAddress: Address): Promise<void> {
    await new this.RequestHandlerClass(request, clientAddress, this).run();
  }

  /** Says good-bye, then `closeRequest`. */
  shutdownRequest(request: Request): void {
    this.closeRequest(request);
  }

  /** Called with what a handler raised; prints it to the standard error. The server goes on. */
  handleError(_request: Request, clientAddress: Address, error: unknown): void {
    const line = '-'.repeat(40);
    const who = inspect(clientAddress);
    const what = error instanceof Error ? formatException(error) : inspect(error);
    process.stderr.write(`${line}\nException occurred during processing of request from ${who}\n${what}\n${line}\n`);
  }

  /** Stops taking requests, for good. Waits for what is still served elsewhere. Twice is fine. */
  async serverClose(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.shutdown();
    await this.serverClose();
  }

  /** One request: `finishRequest`, `handleError` for an Exception, and `shutdownRequest` whatever happens. */
  protected async serveRequest(request: Request, clientAddress: Address): Promise<void> {
    try {
      await this.finishRequest(request, clientAddress);
    } catch (error) {
      if (error instanceof Error && !(error instanceof Exception)) throw error;
      this.handleError(request, clientAddress, error);
    } finally {
      this.shutdownRequest(request);
    }
  }

  async #dispatch(request: Request, clientAddress: Address): Promise<void> {
    if (await this.#verify(request, clientAddress)) await this.processRequest(request, clientAddress);
    else this.shutdownRequest(request);
  }

  async #verify(request: Request, clientAddress: Address): Promise<boolean> {
    try {
      return await this.verifyRequest(request, clientAddress);
    } catch (error) {
      this.handleError(request, clientAddress, error);
      return false;
    }
  }

  /** The next request; undefined when serving has ended, or when a request was lost before it could be taken. */
  async #nextRequest(ended: AbortSignal): Promise<[Request, Address] | undefined> {
    try {
      const next = await this.getRequest({ signal: ended });
      this.#shortageReported = false;
      return next;
    } catch (error) {
      if (ended.aborted) return undefined;
      if (!(error instanceof OSError) || FATAL.has(error.code ?? '')) throw error;
      if (SHORTAGES.has(error.code ?? '')) await this.#sitOutShortage(error, ended);
      return undefined;
    }
  }

  /** Reports a shortage once and waits a little; what is lacking comes back when a connection ends. */
  async #sitOutShortage(error: OSError, ended: AbortSignal): Promise<void> {
    if (!this.#shortageReported) process.stderr.write(`cannot take requests for now: ${error.message}\n`);
    this.#shortageReported = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(finish, SHORTAGE_PAUSE);
      ended.addEventListener('abort', finish, { once: true });
      function finish(): void {
        clearTimeout(timer);
        ended.removeEventListener('abort', finish);
        resolve();
      }
    });
  }

  /** Has `serviceActions` called at an interval, until disposed. */
  #every(pollInterval: Seconds | undefined): Disposable {
    const act = (): void => {
      try {
        this.serviceActions();
      } catch (error) {
        this.fail(error);
      }
    };
    const timer = pollInterval === undefined ? undefined : setInterval(act, pollInterval * 1000);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
}

const SHUTDOWN = Symbol('shutdown');
