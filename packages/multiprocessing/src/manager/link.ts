/**
 * What this thread has with the server of a manager: channels.
 *
 *     calls that do not wait ──▶ one channel, all together
 *     calls that may wait    ──▶ a channel each; those that are free are used again
 *     locks that are held    ──▶ keep their channel: the server knows their holder by it
 *     of the server itself   ──▶ the first channel; a server in Python takes one connection for each
 */
import { randomUUID } from 'node:crypto';
import { BrokenPipeError, ConnectionRefusedError, FileNotFoundError, ValueError } from '@p8/errors';
import { currentThread } from '@p8/threading';
import type { ConnectionAddress } from '../connection/address.ts';
import { Client, ClientSync } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import type { HandshakeOptions } from '../connection/handshake.ts';
import type { Seconds } from '../connection/limits.ts';
import { own } from '../process/own.ts';
import { Channel } from './channel.ts';
import { Holdings } from './holdings.ts';
import { keyFor, rememberKey } from './keys.ts';
import { Line } from './line.ts';
import { P8_SERVER, p8Dialect, SPEAK_P8 } from './p8-dialect.ts';
import { pythonDialect } from './python-dialect.ts';
import { reachBy } from './site.ts';
import type { CallOptions, Site } from './site.ts';
import { textOf } from './token.ts';
import type { Keywords } from './wire.ts';

export interface LinkOptions extends HandshakeOptions {
  /** The longest reply that is taken, in bytes. Default: 1 GiB. */
  readonly maxMessageSize?: number | undefined;
  /** How long connecting may take, with the handshake. Default: 20. */
  readonly connectTimeout?: Seconds | null | undefined;
}

export const LONGEST_MESSAGE: number = 2 ** 30;
/** Free channels that are kept. */
const MOST_IDLE = 16;
/** This thread, as servers of ours know it: what it holds is given back when its last connection ends. */
const self = randomUUID();
const links = new Map<string, Link>();

export class Link implements Site {
  readonly address: ConnectionAddress;
  readonly #key: Uint8Array;
  readonly #options: LinkOptions;
  readonly #dialect = pythonDialect(this);
  readonly #holdings = new Map<string, Holdings>();
  readonly #idle: Channel[] = [];
  #shared: Channel | undefined;
  #opening: Promise<Channel> | undefined;
  #speaksP8 = false;
  #hasConnected = false;

  /** The link of this thread with the server at that address. */
  static to(address: ConnectionAddress, authkey: Uint8Array = keyFor(address), options: LinkOptions = {}): Link {
    const name = `${textOf(address)} ${Buffer.from(authkey).toString('hex')}`;
    const link = links.get(name) ?? new Link(address, authkey, options);
    links.set(name, link);
    return link;
  }

  private constructor(address: ConnectionAddress, authkey: Uint8Array, options: LinkOptions) {
    this.address = address;
    this.#key = authkey;
    this.#options = options;
    const { maxMessageSize = LONGEST_MESSAGE } = options;
    if (!(maxMessageSize >= 1)) throw new ValueError(`maxMessageSize must be a number of bytes, not ${maxMessageSize}`);
  }

  /** Connects, if that has not been done. Raises what `Client` raises. */
  async connect(): Promise<void> {
    await this.#sharedChannel();
    rememberKey(this.address, this.#key);
  }

  connectSync(): void {
    this.#sharedChannelSync();
    rememberKey(this.address, this.#key);
  }

  async call(
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
    options: CallOptions,
  ): Promise<unknown> {
    if (options.waits === false) {
      const shared = this.#openShared ?? (await this.#sharedChannel());
      return shared.call([ident, method, args, keywords], options);
    }
    const channel = await this.take();
    try {
      return await channel.call([ident, method, args, keywords], options);
    } finally {
      this.give(channel);
    }
  }

  callSync(
    ident: string,
    method: string,
    args: readonly unknown[],
    keywords: Keywords | undefined,
    options: Pick<CallOptions, 'timeout'>,
  ): unknown {
    const channel = this.takeSync();
    try {
      return channel.callSync([ident, method, args, keywords], options.timeout ?? null);
    } finally {
      this.give(channel);
    }
  }

  /** Asks the server itself. */
  async ask(
    method: string,
    args: readonly unknown[],
    keywords?: Keywords,
    options: CallOptions = {},
  ): Promise<unknown> {
    const shared = await this.#sharedChannel();
    if (this.#speaksP8) return shared.call([null, method, args, keywords], options);
    const channel = this.#channelOn(await this.#connected());
    try {
      return await channel.call([null, method, args, keywords], options);
    } finally {
      channel.close();
    }
  }

  askSync(method: string, args: readonly unknown[], keywords?: Keywords, timeout: Seconds | null = null): unknown {
    this.#sharedChannelSync();
    const request = [null, method, args, keywords] as const;
    if (this.#speaksP8) {
      const channel = this.takeSync();
      try {
        return channel.callSync(request, timeout);
      } finally {
        this.give(channel);
      }
    }
    const channel = this.#channelOn(this.#connectedSync());
    try {
      return channel.callSync(request, timeout);
    } finally {
      channel.close();
    }
  }

  /** They are there, not here. */
  keep(): undefined {
    return undefined;
  }

  async incref(ident: string): Promise<void> {
    await this.ask('incref', [ident]);
  }

  increfSync(ident: string): void {
    this.askSync('incref', [ident]);
  }

  decref(ident: string): void {
    if (this.#openShared === undefined && this.#speaksP8) return;
    this.ask('decref', [ident]).catch(() => {});
  }

  /** A channel for one call, or as long as it is needed. */
  async take(): Promise<Channel> {
    return this.#takeIdle() ?? (await this.#open());
  }

  takeSync(): Channel {
    return this.#takeIdle() ?? this.#openSync();
  }

  /** Gives it back. One on which somebody has given up waiting is of no use: its end ends the call there. */
  give(channel: Channel): void {
    if (channel.closed) return;
    if (channel.length === 0 && this.#idle.length < MOST_IDLE) this.#idle.push(channel);
    else channel.close();
  }

  /** Which channels hold a lock. */
  holdingsOf(ident: string): Holdings {
    let holdings = this.#holdings.get(ident);
    if (holdings === undefined) this.#holdings.set(ident, (holdings = new Holdings(this)));
    return holdings;
  }

  /** Closes all channels, of which a later call opens new ones. */
  close(): void {
    for (const { channels } of this.#holdings.values()) for (const channel of channels) channel.close();
    for (const channel of this.#idle.splice(0)) channel.close();
    this.#shared?.close();
    this.#shared = undefined;
    this.#holdings.clear();
  }

  #takeIdle(): Channel | undefined {
    for (let channel = this.#idle.pop(); channel !== undefined; channel = this.#idle.pop()) {
      if (!channel.closed) return channel;
    }
    return undefined;
  }

  get #openShared(): Channel | undefined {
    return this.#shared?.closed === false ? this.#shared : undefined;
  }

  async #sharedChannel(): Promise<Channel> {
    if (this.#openShared !== undefined) return this.#openShared;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    const opened = await this.#opening;
    return (this.#shared = this.#openShared ?? opened);
  }

  #sharedChannelSync(): Channel {
    return (this.#shared = this.#openShared ?? this.#openSync());
  }

  async #open(): Promise<Channel> {
    const channel = this.#channelOn(await this.#connected());
    const says = await channel.call([null, 'accept_connection', [nameOfThis()], undefined], {});
    if (says === P8_SERVER) {
      await channel.call([null, SPEAK_P8, [self], undefined], {});
      this.#speakP8On(channel);
    }
    return channel;
  }

  #openSync(): Channel {
    const channel = this.#channelOn(this.#connectedSync());
    const says = channel.callSync([null, 'accept_connection', [nameOfThis()], undefined], null);
    if (says === P8_SERVER) {
      channel.callSync([null, SPEAK_P8, [self], undefined], null);
      this.#speakP8On(channel);
    }
    return channel;
  }

  #speakP8On(channel: Channel): void {
    channel.dialect = p8Dialect;
    this.#speaksP8 = true;
  }

  #channelOn(connection: Connection<unknown, unknown>): Channel {
    this.#hasConnected = true;
    return new Channel(new Line(connection, this.#options.maxMessageSize ?? LONGEST_MESSAGE), this.#dialect, this);
  }

  async #connected(): Promise<Connection<unknown, unknown>> {
    try {
      return await Client(this.address, this.#clientOptions);
    } catch (error) {
      throw this.#reworded(error);
    }
  }

  #connectedSync(): Connection<unknown, unknown> {
    try {
      return ClientSync(this.address, this.#clientOptions);
    } catch (error) {
      throw this.#reworded(error);
    }
  }

  get #clientOptions() {
    const { digest, minDigest, connectTimeout } = this.#options;
    return { authkey: this.#key, digest, minDigest, timeout: connectTimeout };
  }

  /** A server that was there and is not any more has gone. */
  #reworded(error: unknown): unknown {
    const isAway = error instanceof ConnectionRefusedError || error instanceof FileNotFoundError;
    if (!isAway || !this.#hasConnected) return error;
    return new BrokenPipeError(`the manager at ${textOf(this.address)} has gone`, { cause: error });
  }
}

/** As Python names a connection: the process, and the thread if it is not the main one. */
function nameOfThis(): string {
  const { name } = currentThread();
  return name === 'MainThread' ? own.name : `${own.name}|${name}`;
}

reachBy((address) => Link.to(address));
