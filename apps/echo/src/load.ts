/**
 * `p8-echo load`: connections that each send a message and wait for its answer, again and again, as fast as they may. With a rate, a message
 * has its time: what a slow answer keeps waiting counts as slow too, so nothing is left out.
 */
import { AF_UNIX, MSG_WAITALL, SOCK_DGRAM, socket } from '@p8/socket';
import type { Seconds, Socket } from '@p8/socket';
import { Latencies } from './latencies.ts';
import { transportOf } from './transport.ts';
import type { Transport, TransportOptions } from './transport.ts';

export interface LoadOptions extends TransportOptions {
  readonly connections: number;
  /** Messages a second, of all connections together; 0 is as fast as possible. */
  readonly rate: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly duration: Seconds;
  /** A connection of its own for each message. */
  readonly once?: boolean;
  /** How long to wait for an answer. */
  readonly timeout: Seconds;
}

/** What came out. */
export interface LoadResult {
  readonly connections: number;
  readonly size: number;
  readonly seconds: Seconds;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  /** What the first error said. */
  readonly error: string | null;
}

/** One run. */
export class Load {
  readonly latencies: Latencies = new Latencies();
  readonly #options: LoadOptions;
  readonly #transport: Transport;
  readonly #message: Buffer;
  readonly #answer: Buffer;
  #started = 0;
  #errors = 0;
  #error: string | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#transport = transportOf(options);
    this.#message = Buffer.alloc(options.size, 'a');
    this.#answer = Buffer.alloc(options.size, 'A');
  }

  /** Runs for the duration. Raises what the first connection raises, when nobody answers there. */
  async run(): Promise<LoadResult> {
    (await this.#connect()).close();
    const { connections, duration } = this.#options;
    this.#started = performance.now();
    const end = this.#started + duration * 1000;
    await Promise.all(Array.from({ length: connections }, (_, i) => this.#exchange(i, end)));
    return this.result();
  }

  /** What came out so far. */
  result(): LoadResult {
    const seconds = (performance.now() - this.#started) / 1000;
    const { connections, size } = this.#options;
    const requests = this.latencies.count;
    const requestsPerSecond = requests / seconds;
    return { connections, size, seconds, requests, requestsPerSecond, errors: this.#errors, error: this.#error };
  }

  /** The messages of one connection, one after another. */
  async #exchange(place: number, end: number): Promise<void> {
    const { connections, once, rate } = this.#options;
    let sock: Socket | undefined;
    for (let n = 0; ; n++) {
      const due = rate === 0 ? performance.now() : this.#started + ((n * connections + place) / rate) * 1000;
      if (due >= end) break;
      await until(due);
      try {
        sock ??= await this.#connect();
        await this.#ask(sock);
        this.latencies.record(performance.now() - due);
      } catch (error) {
        this.#errors++;
        this.#error ??= String(error);
        sock?.close();
        sock = undefined;
        // a server that is gone must not be asked a million times a second
        await until(performance.now() + 10);
      }
      if (once) {
        sock?.close();
        sock = undefined;
      }
    }
    sock?.close();
  }

  async #ask(sock: Socket): Promise<void> {
    await sock.sendall(this.#message);
    const { isStream } = this.#transport;
    const answer = await sock.recv(this.#message.length, isStream ? MSG_WAITALL : 0);
    if (!answer.equals(this.#answer)) throw new Error(`the answer has ${answer.length} bytes, or other ones`);
  }

  async #connect(): Promise<Socket> {
    const { family, type, address } = this.#transport;
    const sock = socket(family, type);
    try {
      sock.settimeout(this.#options.timeout);
      // without a name of its own a unix datagram cannot be answered; the kernel finds one
      if (family === AF_UNIX && type === SOCK_DGRAM) sock.bind('');
      await sock.connect(address);
      return sock;
    } catch (error) {
      sock.close();
      throw error;
    }
  }
}

async function until(due: number): Promise<void> {
  const left = due - performance.now();
  if (left > 0) await new Promise((resume) => setTimeout(resume, left));
}
