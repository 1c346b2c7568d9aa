/**
 * The server of a manager: a listener, and a service for each connection, all on the event loop.
 *
 *     connection ──▶ one request of the server itself: create, incref, decref, …  ──▶ closed
 *                └─▶ accept_connection: from then on calls of objects
 *
 * https://github.com/python/cpython/blob/3.13/Lib/multiprocessing/managers.py (Server)
 */
import { randomUUID } from 'node:crypto';
import { AttributeError, ValueError } from '@p8/errors';
import { importable } from '@p8/pickle';
import { types } from 'node:util';
import type { ConnectionAddress } from '../connection/address.ts';
import type { Connection } from '../connection/connection.ts';
import type { HandshakeOptions } from '../connection/handshake.ts';
import type { Seconds } from '../connection/limits.ts';
import { Listener } from '../connection/listener.ts';
import { ClientRecord } from './client-record.ts';
import type { Counts } from './client-record.ts';
import { Dispatcher } from './dispatcher.ts';
import { ServerHome } from './home.ts';
import { rememberKey } from './keys.ts';
import { Line } from './line.ts';
import { P8_SERVER, SPEAK_P8 } from './p8-dialect.ts';
import { pythonDialect } from './python-dialect.ts';
import type { Registry } from './registry.ts';
import { tracebackOf } from './remote-error.ts';
import { Rota } from './rota.ts';
import { Service } from './service.ts';
import { serveAt } from './site.ts';
import type { Token } from './token.ts';
import { Kind } from './wire.ts';
import type { Keywords, Reply, Request } from './wire.ts';

export interface ServerOptions extends HandshakeOptions {
  /** Where it listens. Default: an abstract name of its own, of which nothing is left behind however the server ends. */
  readonly address?: ConnectionAddress | undefined;
  /** How long a client has to prove the key, and then to make its first request, in seconds; null: no limit. Default: 20. */
  readonly handshakeTimeout?: Seconds | null | undefined;
  /** How many connections are served at once; others wait until one ends. Default: 4096. */
  readonly maxConnections?: number | undefined;
  /** The longest request that is taken, in bytes. Default: 1 GiB. */
  readonly maxMessageSize?: number | undefined;
}

const MOST_CONNECTIONS = 4096;
const LONGEST_MESSAGE = 2 ** 30;
const FIRST_REQUEST: Seconds = 20;

/** What is asked of the server itself. */
export type Asked = (service: Service, args: readonly unknown[], keywords: Keywords | undefined) => unknown;

export class Server {
  readonly #listener: Listener;
  readonly #dispatcher: Dispatcher;
  readonly #home: ServerHome;
  readonly #options: ServerOptions;
  readonly #services = new Set<Service>();
  readonly #clients = new Map<string, ClientRecord>();
  readonly #rota = new Rota();
  readonly #leave: () => void;
  #asked: Readonly<Record<string, Asked>> | undefined;
  readonly #stopped: Promise<void>;
  #stop: () => void = () => {};
  /** Of who waits until there is room for a connection. */
  #hasRoom: (() => void) | undefined;

  constructor(registry: Registry, authkey: Uint8Array, options: ServerOptions = {}) {
    const {
      address = abstractName(),
      digest,
      minDigest,
      handshakeTimeout,
      maxConnections = MOST_CONNECTIONS,
    } = options;
    if (!(Number.isInteger(maxConnections) && maxConnections >= 1))
      throw new ValueError(`maxConnections must be 1 or more, not ${maxConnections}`);
    this.#options = options;
    this.#listener = new Listener({ address, authkey, digest, minDigest, handshakeTimeout });
    const at = this.#listener.address;
    this.#dispatcher = new Dispatcher(registry, () => at);
    this.#home = new ServerHome(this.#dispatcher, this.#dispatcher.objects, () => at);
    this.#leave = serveAt(this.#home);
    this.#stopped = new Promise((resolve) => (this.#stop = resolve));
    rememberKey(at, authkey);
  }

  /** Where it listens. */
  get address(): ConnectionAddress {
    return this.#home.address;
  }

  /** Serves until it is shut down, by a client or by {@link shutdown}. */
  async serveForever(): Promise<void> {
    const accepting = this.#accept();
    await this.#stopped;
    await accepting;
  }

  /** Ends it: connections are closed, and {@link serveForever} comes back. Twice is fine. */
  shutdown(): void {
    this.#listener.close();
    for (const service of this.#services) service.end();
    this.#leave();
    this.#hasRoom?.();
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** May be extended: what clients ask of the server itself, by Python's names. */
  protected asked(): Readonly<Record<string, Asked>> {
    const { objects } = this.#dispatcher;
    return {
      dummy: () => null,
      create: (service, [typeid, ...args], keywords) =>
        this.#dispatcher.create(this.#countsOf(service), String(typeid), args, keywords),
      get_methods: (_service, [token]) => this.#dispatcher.methodsOf((token as Token).id),
      incref: (service, [ident]) => this.#countsOf(service).incref(String(ident)),
      decref: (service, [ident]) => this.#countsOf(service).decref(String(ident)),
      number_of_objects: () => objects.size,
      debug_info: () => this.#dispatcher.debugInfo(),
      accept_connection: (service) => {
        service.isChannel = true;
        return P8_SERVER;
      },
      [SPEAK_P8]: (service, [client]) => {
        service.client = this.#clientNamed(String(client));
        service.client.connected();
        service.speakP8();
      },
      shutdown: (service) => service.endAfterReply(() => this.shutdown()),
    };
  }

  async #accept(): Promise<void> {
    const { maxConnections = MOST_CONNECTIONS } = this.#options;
    for await (const connection of this.#listener) {
      this.#welcome(connection);
      if (this.#services.size >= maxConnections) await new Promise<void>((resolve) => (this.#hasRoom = resolve));
    }
  }

  #welcome(connection: Connection): void {
    const { maxMessageSize = LONGEST_MESSAGE, handshakeTimeout = FIRST_REQUEST } = this.#options;
    const line = new Line(connection, maxMessageSize);
    const service = new Service(line, pythonDialect(this.#home), {
      carryOut: (from, request) => this.#carryOut(from, request),
      heat: (hot) => this.#rota.heat(hot),
      ended: (gone) => this.#ended(gone),
    });
    this.#services.add(service);
    if (handshakeTimeout !== null) endUnlessUsed(service, handshakeTimeout);
    // often the first request has come already
    this.#rota.heat(service);
  }

  #carryOut(service: Service, [ident, method, args, keywords]: Request): Reply | Promise<Reply> {
    const named = keywords instanceof Map ? (Object.fromEntries(keywords) as Keywords) : keywords;
    if (ident === null) return this.#ask(service, method, args, named);
    if (service.isChannel)
      return this.#dispatcher.call(service.caller, this.#countsOf(service), ident, method, args, named);
    service.endAfterReply();
    return [Kind.traceback, tracebackOf(new ValueError('calls of objects come after accept_connection'))];
  }

  #ask(
    service: Service,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
  ): Reply | Promise<Reply> {
    let reply: Reply | Promise<Reply>;
    try {
      const asked = (this.#asked ??= this.asked());
      if (!Object.hasOwn(asked, method)) throw new AttributeError(`'${method}' unrecognized`);
      const outcome = asked[method]!(service, args, keywords);
      reply = types.isPromise(outcome) ? outcome.then((later: unknown) => returned(later)) : returned(outcome);
    } catch (error) {
      reply = [Kind.traceback, tracebackOf(error)];
    }
    if (!service.isChannel && method !== 'shutdown') service.endAfterReply();
    return reply;
  }

  #countsOf({ client }: Service): Counts {
    return client ?? this.#dispatcher.objects;
  }

  #clientNamed(name: string): ClientRecord {
    const client = this.#clients.get(name) ?? new ClientRecord(this.#dispatcher.objects);
    this.#clients.set(name, client);
    return client;
  }

  #ended(service: Service): void {
    this.#services.delete(service);
    this.#hasRoom?.();
    if (service.client?.disconnected() !== true) return;
    for (const [name, client] of this.#clients) if (client === service.client) this.#clients.delete(name);
  }
}

function abstractName(): Buffer {
  return Buffer.from(`\0p8-manager-${randomUUID()}`);
}

function returned(result: unknown): Reply {
  return [Kind.return, result];
}

/** A client that has proved the key and then says nothing. */
function endUnlessUsed(service: Service, seconds: Seconds): void {
  setTimeout(() => {
    if (!service.isChannel) service.end();
  }, seconds * 1000).unref();
}

importable(import.meta, { Server });
