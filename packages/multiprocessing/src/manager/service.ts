/**
 * One connection with a client, in the server. Requests are carried out in the order in which they come, one after the other, as
 * Python's servers do; one that waits holds up nobody else.
 */
import { tracebackOf } from './remote-error.ts';
import { types } from 'node:util';
import { Caller } from './caller.ts';
import type { ClientRecord } from './client-record.ts';
import type { Line } from './line.ts';
import { p8Dialect } from './p8-dialect.ts';
import { Kind } from './wire.ts';
import type { Dialect, Reply, Request } from './wire.ts';

/** Replies are sent together until there are so many bytes. */
const MOST_UNSENT = 64 * 1024;

/** Requests of one client before it is the turn of others. */
const MOST_AT_ONCE = 64;

/** Who carries requests out, and hears of what happens to the connection. */
export interface Requests {
  carryOut(service: Service, request: Request): Reply | Promise<Reply>;
  /** Something has come. */
  heat(service: Service): void;
  ended(service: Service): void;
}

export class Service {
  readonly caller: Caller = new Caller();
  /** The client that it belongs to, once he has said who he is. */
  client: ClientRecord | undefined;
  /** Whether calls of objects come on it, not one request of the server. */
  isChannel = false;
  readonly #line: Line;
  readonly #requests: Requests;
  #dialect: Dialect;
  /** It came while another one was carried out. */
  #early: Buffer | undefined;
  #isBusy = false;
  #isWaiting = false;
  #ended = false;
  /** What is done once the replies are on their way. */
  #afterwards: (() => void) | undefined;

  constructor(line: Line, dialect: Dialect, requests: Requests) {
    this.#line = line;
    this.#dialect = dialect;
    this.#requests = requests;
  }

  /** The descriptor of its connection. */
  get fd(): number {
    return this.#line.fd;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a request is being carried out that waits. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** From the next request on; the reply to this one is still as before. */
  speakP8(): void {
    this.#afterwards = () => (this.#dialect = p8Dialect);
  }

  /** Ends it when the reply has gone. */
  endAfterReply(then: () => void = () => {}): void {
    this.#afterwards = () => {
      this.end();
      then();
    };
  }

  /** Carries out what has come. Comes back: whether there was something. */
  poll(): boolean {
    if (this.#isWaiting) return false;
    if (this.#isBusy || this.#ended) return false;
    try {
      const message = this.#early ?? this.#line.tryNext();
      this.#early = undefined;
      if (message === undefined) return false;
      this.#begin(message);
      this.#carryOutOthers();
      this.#flush();
    } catch {
      this.end();
    }
    return true;
  }

  /** Waits for what comes next, or for the end. */
  wait(): void {
    if (this.#isWaiting || this.#ended || this.#early !== undefined) return;
    this.#isWaiting = true;
    this.#line.next().then(
      (message) => {
        this.#isWaiting = false;
        this.#early = message;
        if (!this.#isBusy) this.#requests.heat(this);
      },
      () => this.end(),
    );
  }

  /** Ends it: whoever waits for it in the server stops waiting. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#line.close();
    this.caller.leave();
    this.#requests.ended(this);
  }

  /** What came with it. */
  #carryOutOthers(): void {
    for (let turn = 1; turn < MOST_AT_ONCE && !this.#isBusy && !this.#ended; turn++) {
      const message = this.#line.nextHere();
      if (message === undefined) return;
      this.#begin(message);
    }
  }

  #begin(message: Buffer): void {
    const request = this.#dialect.decode(message);
    if (types.isPromise(request))
      this.#later(request.then((loaded) => this.#requests.carryOut(this, loaded as Request)));
    else this.#finish(this.#requests.carryOut(this, request as Request));
  }

  #finish(reply: Reply | Promise<Reply>): void {
    if (types.isPromise(reply)) this.#later(reply);
    else this.#reply(reply);
  }

  /** While it waits, the end of the connection must be seen. */
  #later(reply: Promise<Reply>): void {
    this.#isBusy = true;
    this.wait();
    reply
      .catch((error: unknown): Reply => [Kind.traceback, tracebackOf(error)])
      .then((carriedOut) => {
        if (this.#ended) return;
        this.#isBusy = false;
        this.#reply(carriedOut);
        this.#flush();
        if (this.#early !== undefined) this.#requests.heat(this);
        else this.wait();
      })
      .catch(() => this.end());
  }

  #reply(reply: Reply): void {
    this.#line.push(this.#encoded(reply));
    if (this.#line.unsent > MOST_UNSENT || this.#afterwards !== undefined) this.#flush();
  }

  #encoded(reply: Reply): Uint8Array {
    try {
      return this.#dialect.encode(reply);
    } catch (error) {
      return this.#dialect.encode([Kind.unserializable, tracebackOf(error)]);
    }
  }

  /** Sends the replies; a client that does not take them is not served until he does. */
  #flush(): void {
    const rest = this.#line.flush();
    if (rest === undefined) this.#sent();
    else {
      this.#isBusy = true;
      rest.then(
        () => {
          this.#isBusy = false;
          this.#sent();
          this.#requests.heat(this);
        },
        () => this.end(),
      );
    }
  }

  #sent(): void {
    const then = this.#afterwards;
    this.#afterwards = undefined;
    then?.();
  }
}
