/**
 * A manager: starts the process that serves objects, or connects to one that is there, and makes objects in it.
 *
 * https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.BaseManager
 */
import { ProcessError } from '../process-errors.ts';
import type { ConnectionAddress } from '../connection/address.ts';
import { keyOf } from '../connection/handshake.ts';
import type { Seconds } from '../connection/limits.ts';
import { own } from '../process/own.ts';
import { Process } from '../process/process.ts';
import type { BaseProxy } from './base-proxy.ts';
import { Link } from './link.ts';
import { startServer, startServerSync } from './manager-process.ts';
import type { Initializer, ServerType } from './manager-process.ts';
import { proxyFor, registerProxyType } from './proxy-types.ts';
import type { CreateMethods, ProxyOf, Registry, SharedType, TypeOptions } from './registry.ts';
import { Server } from './server.ts';
import type { ServerOptions } from './server.ts';
import { Token } from './token.ts';
import type { Keywords } from './wire.ts';

export interface ManagerOptions extends ServerOptions {
  /** The key that clients must know. Default: that of this program, which its processes have. */
  readonly authkey?: Uint8Array | undefined;
  /** How long a server that was told to end may take before it is ended, in seconds. Default: 1. */
  readonly shutdownTimeout?: Seconds | undefined;
}

type State = 'initial' | 'started' | 'shut down';
type AnyFunction = (...args: never) => unknown;

/**
 * For callers: `register`, then `start` or `connect` or `getServer`; the methods that `register` makes; `shutdown`, or `await using`.
 *
 * The server ends with the program that started it, however that ends.
 */
export class BaseManager implements AsyncDisposable {
  /** The types that its servers know. */
  static registry: Registry = {};
  /** The class of its servers. */
  static readonly serverType: ServerType = Server;

  readonly #authkey: Uint8Array;
  readonly #options: ManagerOptions;
  #address: ConnectionAddress | undefined;
  #state: State = 'initial';
  #process: Process | undefined;

  constructor(options: ManagerOptions = {}) {
    this.#options = options;
    this.#authkey = options.authkey === undefined ? own.authkey : keyOf(options.authkey);
    this.#address = options.address;
  }

  /**
   * Has managers of this class, and of those below, share objects of a type; comes back: the class, which then has a method of that
   * name and its blocking twin.
   */
  static register<
    This extends typeof BaseManager,
    Name extends string,
    T,
    Args extends readonly unknown[] = [],
    P extends BaseProxy = ProxyOf<T>,
  >(
    this: This,
    typeid: Name,
    options: TypeOptions<T, Args, P> = {},
  ): Pick<This, keyof This> & (new (options?: ManagerOptions) => InstanceType<This> & CreateMethods<Name, Args, P>) {
    const { callable, proxyType, exposed, createMethod = true } = options;
    const methodToTypeid = options.methodToTypeid ?? proxyType?.methodToTypeid ?? {};
    if (callable !== undefined && typeof callable !== 'function')
      throw new TypeError(`register: callable of '${typeid}' must be a class or a function`);
    const type = { callable, proxyType, exposed, methodToTypeid } as SharedType;
    this.registry = { ...this.registry, [typeid]: type };
    if (proxyType !== undefined) registerProxyType(typeid, proxyType);
    if (createMethod) defineCreateMethods(this.prototype, typeid);
    return this as never;
  }

  /** Where its server listens. Undefined before the start, unless it was given. */
  get address(): ConnectionAddress | undefined {
    return this.#address;
  }

  /**
   * Starts the server in a process of its own, in which `initializer`, an exported function, is called first; waits until it listens.
   * Raises ProcessError the second time, what @p8/pickle raises for a type that cannot be found by others, and what the server raises.
   */
  async start<Args extends readonly unknown[] = []>(
    initializer?: (...args: Args) => unknown,
    initargs?: Args,
  ): Promise<void> {
    this.#checkInitial();
    const [process, address] = await startServer(this.#work(initializer, initargs));
    this.#started(process, address);
    await this.#link.connect();
  }

  startSync<Args extends readonly unknown[] = []>(initializer?: (...args: Args) => unknown, initargs?: Args): void {
    this.#checkInitial();
    const [process, address] = startServerSync(this.#work(initializer, initargs));
    this.#started(process, address);
    this.#link.connectSync();
  }

  /** Connects to a server that is there, here or on another machine, of ours or of Python. Raises what `Client` raises. */
  async connect(): Promise<void> {
    this.#checkAddress();
    await this.#link.connect();
    this.#state = 'started';
  }

  connectSync(): void {
    this.#checkAddress();
    this.#link.connectSync();
    this.#state = 'started';
  }

  /** A server for this process: `await manager.getServer().serveForever()`. */
  getServer(): Server {
    this.#checkInitial();
    const { serverType, registry } = this.constructor as typeof BaseManager;
    return new serverType(registry, this.#authkey, { ...this.#options, address: this.#address });
  }

  /** Makes an object of a registered type: what the methods of `register` do. */
  async create(typeid: string, args: readonly unknown[] = [], keywords?: Keywords): Promise<BaseProxy> {
    const made = await this.#linkOfStarted().ask('create', [typeid, ...args], keywords);
    return this.#proxy(typeid, made as [string, readonly string[]]);
  }

  createSync(typeid: string, args: readonly unknown[] = [], keywords?: Keywords): BaseProxy {
    const made = this.#linkOfStarted().askSync('create', [typeid, ...args], keywords);
    return this.#proxy(typeid, made as [string, readonly string[]]);
  }

  /** How many objects clients have there. */
  async numberOfObjects(): Promise<number> {
    return (await this.#linkOfStarted().ask('number_of_objects', [])) as number;
  }

  /** The objects with their references, as text. */
  async debugInfo(): Promise<string> {
    return (await this.#linkOfStarted().ask('debug_info', [])) as string;
  }

  /** Waits until the server that was started has ended, for `timeout` seconds at most. */
  async join(timeout: Seconds | null = null): Promise<void> {
    await this.#process?.join(timeout);
  }

  joinSync(timeout: Seconds | null = null): void {
    this.#process?.joinSync(timeout);
  }

  /** Ends the server that was started; waits until it has. After that no object is there. Twice is fine. */
  async shutdown(): Promise<void> {
    const process = this.#process;
    if (!this.#endsServer()) return;
    const { shutdownTimeout = 1 } = this.#options;
    await this.#link.ask('shutdown', [], undefined, { timeout: shutdownTimeout }).catch(() => {});
    await process?.join(shutdownTimeout);
    if (process?.isAlive()) process.kill();
    await process?.join();
    this.#ended();
  }

  shutdownSync(): void {
    const process = this.#process;
    if (!this.#endsServer()) return;
    const { shutdownTimeout = 1 } = this.#options;
    try {
      this.#link.askSync('shutdown', [], undefined, shutdownTimeout);
    } catch {
      // it has ended already, or is ended below
    }
    process?.joinSync(shutdownTimeout);
    if (process?.isAlive()) process.kill();
    process?.joinSync();
    this.#ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** What this thread has with the server. */
  protected get link(): Link {
    return this.#linkOfStarted();
  }

  get #link(): Link {
    const { digest, minDigest, maxMessageSize } = this.#options;
    return Link.to(this.#address as ConnectionAddress, this.#authkey, { digest, minDigest, maxMessageSize });
  }

  #work(initializer: AnyFunction | undefined, initargs: readonly unknown[] | undefined) {
    if (initializer !== undefined && typeof initializer !== 'function')
      throw new TypeError('start: initializer must be an exported function');
    const type = this.constructor as typeof BaseManager;
    return {
      type: type.serverType,
      registry: type.registry,
      authkey: this.#authkey,
      options: { ...this.#options, address: this.#address },
      initializer: initializer as Initializer | undefined,
      initargs: initargs ?? [],
      name: type.name,
    };
  }

  #proxy(typeid: string, [ident, exposed]: readonly [string, readonly string[]]): BaseProxy {
    const type = (this.constructor as typeof BaseManager).registry[typeid]?.proxyType;
    return proxyFor(new Token(typeid, this.#link.address, ident), this.#link, [...exposed], type);
  }

  #checkInitial(): void {
    if (this.#state === 'started') throw new ProcessError('Already started server');
    if (this.#state === 'shut down') throw new ProcessError('Manager has shut down');
  }

  #checkAddress(): void {
    if (this.#address === undefined)
      throw new TypeError('connect: the manager has no address: new SomeManager({ address, authkey })');
  }

  #started(process: Process, address: ConnectionAddress): void {
    this.#process = process;
    this.#address = address;
    this.#state = 'started';
  }

  #linkOfStarted(): Link {
    if (this.#state === 'initial') throw new ProcessError('server not yet started: call start() or connect()');
    return this.#link;
  }

  /** Only who started it ends it. */
  #endsServer(): boolean {
    const ends = this.#state === 'started' && this.#process !== undefined;
    if (ends) this.#state = 'shut down';
    return ends;
  }

  #ended(): void {
    this.#link.close();
    this.#process?.close();
    this.#process = undefined;
  }
}

function defineCreateMethods(prototype: BaseManager, typeid: string): void {
  Object.defineProperties(prototype, {
    [typeid]: {
      value(this: BaseManager, ...args: readonly unknown[]) {
        return this.create(typeid, args);
      },
      writable: true,
      configurable: true,
    },
    [`${typeid}Sync`]: {
      value(this: BaseManager, ...args: readonly unknown[]) {
        return this.createSync(typeid, args);
      },
      writable: true,
      configurable: true,
    },
  });
}
