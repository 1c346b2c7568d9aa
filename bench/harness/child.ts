/** A child program that answers in lines. All of them end with this program, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
// without a handler, a signal would end this program without its `exit` event
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

/** How a child is started. */
export interface ChildOptions {
  /** The processor it is pinned to, with all its threads; `undefined` leaves it to the kernel. */
  readonly cpu?: number | undefined;
}

/** A running program, read line by line. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[], { cpu }: ChildOptions = {}) {
    const [program, words] = cpu === undefined ? [command, args] : ['taskset', ['-c', String(cpu), command, ...args]];
    // conditions and loaders that this program was started with are not part of the measurement
    const env = { ...process.env, NODE_OPTIONS: '' };
    this.#name = [command, ...args].join(' ');
    this.#process = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
    running.add(this.#process);
    this.#process.once('exit', () => running.delete(this.#process));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** The next line it prints; throws when it ends instead. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`the program ended instead of answering: ${this.#name}`);
    return value;
  }

  /** Writes one line to its input and gives its answer, one line. */
  ask(line: string): Promise<string> {
    this.#process.stdin!.write(`${line}\n`);
    return this.line();
  }

  /** Sends SIGUSR2 and waits for the line that says it is done. */
  collectGarbage(): Promise<string> {
    this.#process.kill('SIGUSR2');
    return this.line();
  }

  /** Ends its input, asks it to end with SIGTERM, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }
}
