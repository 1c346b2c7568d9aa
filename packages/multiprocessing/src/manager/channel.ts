/**
 * One connection of a client with the server of a manager. Calls go out in the order in which they are made, and so come the replies;
 * those that are made in one turn of the event loop go in one write.
 */
import { BrokenPipeError, TimeoutError } from '@p8/errors';
import { raisedIn } from '@p8/pickle';
import type { WaitOptions } from '@p8/threading';
import type { Seconds } from '../connection/limits.ts';
import type { Line } from './line.ts';
import { isLost } from './line.ts';
import type { Site } from './site.ts';
import { proxyFor } from './proxy-types.ts';
import { textOf, Token } from './token.ts';
import { errorOf, Kind } from './wire.ts';
import type { Dialect, Reply, Request } from './wire.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The longest delay of a timer of the platform, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Channel {
  dialect: Dialect;
  readonly #line: Line;
  readonly #site: Site;
  readonly #pending: Pending[] = [];
  #isScheduled = false;
  #isReading = false;

  constructor(line: Line, dialect: Dialect, site: Site) {
    this.#line = line;
    this.dialect = dialect;
    this.#site = site;
  }

  get closed(): boolean {
    return this.#line.closed;
  }

  /** How many calls wait for their replies. */
  get length(): number {
    return this.#pending.length;
  }

  /** Makes a call. Who gives up waiting leaves the reply to nobody. */
  call(request: Request, options: WaitOptions): Promise<unknown> {
    const { signal, timeout } = options;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.#line.push(this.dialect.encode(request));
    this.#schedule();
    const limited = signal !== undefined || (timeout !== undefined && timeout !== null);
    return new Promise((resolve, reject) => {
      this.#pending.push(limited ? limitedBy(options, request[1], { resolve, reject }) : { resolve, reject });
    });
  }

  /** Makes a call and blocks until its reply has come. Nothing else may be under way. */
  callSync(request: Request, timeout: Seconds | null): unknown {
    const { patience } = this.#line;
    try {
      this.#line.push(this.dialect.encode(request));
      this.#line.flushSync(timeout);
      patience.begin();
      const message = this.#line.nextSync(timeout);
      patience.end();
      return this.#outcome(this.dialect.decodeSync(message) as Reply);
    } catch (error) {
      // a reply that comes later would be taken for that of the next call
      if (isBroken(error)) this.close();
      throw this.#lost(error);
    }
  }

  /** Closes it; calls that wait are rejected, and those in the server end. */
  close(): void {
    this.#fail(new BrokenPipeError('the connection to the manager was closed', { syscall: 'recv' }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    try {
      this.#line.flush()?.catch((error: unknown) => this.#fail(error));
      this.#line.patience.begin();
      if (this.#isReading || this.#pending.length === 0) return;
      if (this.#takeWhatComes()) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#isReading = true;
    void this.#read();
  }

  /** Takes the replies that come at once. Comes back: whether all have. */
  #takeWhatComes(): boolean {
    while (this.#pending.length > 0) {
      const message = this.#line.lookForNext();
      if (message === undefined) return false;
      this.#settle(message);
    }
    return true;
  }

  async #read(): Promise<void> {
    try {
      do this.#settle(await this.#line.next());
      while (!this.#takeWhatComes());
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isReading = false;
    }
  }

  #settle(message: Buffer): void {
    this.#line.patience.end();
    const pending = this.#pending.shift() as Pending;
    let decoded: unknown;
    try {
      decoded = this.dialect.decode(message);
      if (decoded instanceof Promise) {
        decoded.then((reply) => pending.resolve(this.#outcome(reply as Reply))).catch(pending.reject);
        return;
      }
      pending.resolve(this.#outcome(decoded as Reply));
    } catch (error) {
      pending.reject(error);
    }
  }

  /** The result of a reply. Raises the error of one. */
  #outcome([kind, content]: Reply): unknown {
    if (kind === Kind.return) return content;
    if (kind === Kind.proxy) {
      const [exposed, token] = content as [readonly string[], Token];
      return proxyFor(new Token(token.typeid, this.#site.address, token.id), this.#site, [...exposed]);
    }
    throw raisedIn(errorOf(kind, content), `the manager at ${textOf(this.#site.address)}`);
  }

  #fail(error: unknown): void {
    this.#line.close();
    const lost = this.#lost(error);
    for (const { reject } of this.#pending.splice(0)) reject(lost);
  }

  #lost(error: unknown): unknown {
    if (!isLost(error) || error instanceof BrokenPipeError) return error;
    return new BrokenPipeError(`the manager at ${textOf(this.#site.address)} has gone`, { cause: error });
  }
}

/** Errors after which a connection is of no use. */
function isBroken(error: unknown): boolean {
  return error instanceof TimeoutError || isLost(error);
}

/** Ends the wait when the time is over, or the signal says so. */
function limitedBy({ signal, timeout }: WaitOptions, method: string, pending: Pending): Pending {
  let timer: NodeJS.Timeout | undefined;
  const leave = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  const settle =
    <T>(outcome: (value: T) => void) =>
    (value: T) => {
      leave();
      outcome(value);
    };
  const reject = settle(pending.reject);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (timeout !== undefined && timeout !== null)
    timer = setTimeout(
      () => reject(new TimeoutError('timed out', { syscall: method })),
      Math.min(timeout * 1000, LONGEST_TIMER),
    );
  return { resolve: settle(pending.resolve), reject };
}
