/** The load generator (`native/load.c`) as an object: connected when it is made, then one measurement a call. */
import { Child, type ChildOptions } from './child.ts';
import { nativeProgram } from './native.ts';

/** What one measurement found; latencies in microseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadOptions extends ChildOptions {
  /** `once`: each message over a connection of its own; `udp`: each connection is a UDP socket of its own. */
  readonly mode?: 'once' | 'udp' | undefined;
}

export class Load implements AsyncDisposable {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Opens the connections and lets each exchange one message of `size` bytes; throws when one of them fails. */
  static async connect(
    address: string | number,
    connections: number,
    size: number,
    { mode, ...options }: LoadOptions = {},
  ): Promise<Load> {
    const words = [address, connections, size, ...(mode === undefined ? [] : [mode])].map(String);
    const child = new Child(nativeProgram('load'), words, options);
    const { ready, errors } = JSON.parse(await child.line()) as { ready: boolean; errors: number };
    if (ready) return new Load(child);
    await child[Symbol.asyncDispose]();
    throw new Error(`${errors} of ${connections} connections failed at their first message`);
  }

  /** Keeps one request outstanding on every connection for so long, and waits for the last answers. */
  async run(seconds: number): Promise<LoadResult> {
    return JSON.parse(await this.#child.ask(`run ${seconds}`)) as LoadResult;
  }

  /** Closes all connections. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
