/** A python3 process with CPython's own `multiprocessing.connection` at the other end; it prints lines. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export class Python implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;

  /** As the constructor, with another interpreter. */
  static by(interpreter: string, script: string, ...args: readonly string[]): Python {
    return new this({ interpreter, script }, ...args);
  }

  /** Runs a script; `Client`, `Listener`, `socket`, `sys` and `os` are imported, and `args` are its arguments. */
  constructor(what: string | { readonly interpreter: string; readonly script: string }, ...args: readonly string[]) {
    const { interpreter, script } = typeof what === 'string' ? { interpreter: 'python3', script: what } : what;
    const code = `import os, socket, sys\nfrom multiprocessing.connection import Client, Listener\nargs = sys.argv[1:]\n${script}`;
    this.#child = spawn(interpreter, ['-u', '-c', code, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#closed = once(this.#child, 'close');
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the Python process has ended');
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill();
    await this.#closed;
  }
}
