/** Blocking TLS, this side: the helper thread, and the channel of a socket that it serves. */
import { createRequire } from 'node:module';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { NotImplementedError, OSError } from '@p8/errors';
import { constants, memory, syscalls } from '@p8/syscall';
import type { Sending } from './byte-channel.ts';
import { Channel } from './channel.ts';
import type { Operation } from './channel.ts';
import { check } from './descriptor.ts';
import { Send } from './send-operations.ts';
import { parcel } from './parcel.ts';
import { IncompleteReadError } from './record-errors.ts';
import { ReceiveExactly } from './record-operations.ts';
import type { TlsFacts } from './tls-connection.ts';
import { raggedEnd, tlsError } from './tls-errors.ts';
import type { TlsSyncOptions } from './tls-options.ts';
import type { RelayedError, RelayReport, RelayRequest } from './tls-relay-worker.ts';
import type { TlsByteChannel } from './tls-socket.ts';
import type { Unread } from './unread.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** How long the end of a program waits for what its closed connections still have to send, in milliseconds. */
const LONGEST_FAREWELL = 1000;

const open = new Set<RelayChannel>();
const busy = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
let helper: Worker | undefined;

/** Makes TLS of a descriptor, which it takes over, and blocks for the handshake. */
export function openRelay(fd: number, unread: Buffer, options: TlsSyncOptions, timeout: Seconds | null): RelayChannel {
  const pair = new Int32Array(2);
  const failed = syscalls.socketpair(constants.AF_UNIX, constants.SOCK_STREAM, 0, pair);
  if (failed < 0) syscalls.close(fd);
  check(failed, 'socketpair');
  const [mine, theirs] = pair as unknown as [number, number];
  const channel = new RelayChannel(fd, new Channel(mine, memory.KIND_UNIX_STREAM), options.suppressRaggedEofs ?? false);
  try {
    channel.send(theirs, unread, options);
    channel.awaitHandshake(timeout);
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  } finally {
    syscalls.close(theirs);
  }
}

/** The channel of a TLS socket that a helper thread serves; its promise calls work too. */
export class RelayChannel implements TlsByteChannel {
  /** The network's end, for names and options; the bytes are in the socketpair. */
  readonly #network: Channel;
  readonly #plain: Channel;
  readonly #suppressRaggedEofs: boolean;
  readonly #ports = new MessageChannel();
  #facts: TlsFacts | undefined;
  #session: Buffer | undefined;
  #failure: RelayedError | undefined;
  #isRagged = false;

  constructor(fd: number, plain: Channel, suppressRaggedEofs: boolean) {
    this.#network = new Channel(fd, memory.KIND_OTHER);
    this.#plain = plain;
    this.#suppressRaggedEofs = suppressRaggedEofs;
    open.add(this);
  }

  /** Hands the network and the other end of the socketpair to the helper. */
  send(end: number, unread: Buffer, options: TlsSyncOptions): void {
    const { port2 } = this.#ports;
    const request: RelayRequest = {
      network: parcel(this.#network.fd),
      plain: parcel(end),
      unread,
      options,
      reports: port2,
      busy,
    };
    (helper ??= start()).postMessage(request, [port2]);
    Atomics.add(new Int32Array(busy), 0, 1);
  }

  awaitHandshake(timeout: Seconds | null): void {
    try {
      this.#plain.readSync(new ReceiveExactly(this.#plain, 1), timeout);
    } catch (error) {
      this.#readReports();
      if (error instanceof IncompleteReadError && this.#failure !== undefined)
        throw failureOf(this.#failure, 'wrapTls');
      throw error;
    }
    this.#readReports();
  }

  get fd(): number {
    return this.#network.fd;
  }

  get facts(): TlsFacts {
    return this.#facts as TlsFacts;
  }

  get session(): Buffer | undefined {
    this.#readReports();
    return this.#session;
  }

  get closed(): boolean {
    return this.#plain.closed;
  }

  get unread(): Unread {
    return this.#plain.unread;
  }

  get unreadLength(): number {
    return this.#plain.unreadLength;
  }

  fill(size: number): number {
    const count = this.#plain.fill(size);
    if (count !== 0) return count;
    this.#readReports();
    if (this.#failure !== undefined) throw failureOf(this.#failure, 'recv');
    if (this.#isRagged && !this.#suppressRaggedEofs) throw raggedEnd();
    return 0;
  }

  peek(size: number): Buffer | number {
    return this.#plain.peek(size);
  }

  sending(data: Uint8Array, call: string): Sending {
    return this.#plain.sending(data, call);
  }

  sendingSome(data: Uint8Array): Operation<number> {
    return new Send(this.#plain.fd, data, 0);
  }

  read<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#plain.read(owner, new Late(operation), timeout, options);
  }

  readSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    return this.#plain.readSync(new Late(operation), timeout);
  }

  write<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#plain.write(owner, operation, timeout, options);
  }

  writeSync<T>(operation: Operation<T>, timeout: Seconds | null): T {
    return this.#plain.writeSync(operation, timeout);
  }

  shutdown(how: number): void {
    if (how === constants.SHUT_RD) {
      throw new NotImplementedError('shutdown(SHUT_RD): TLS has to read on; stop to receive, or close()');
    }
    check(syscalls.shutdown(this.#plain.fd, constants.SHUT_WR), 'shutdown');
  }

  close(): void {
    open.delete(this);
    this.#readReports();
    this.#plain.close();
    this.#ports.port1.close();
    this.#network.close();
  }

  #readReports(): void {
    const { port1 } = this.#ports;
    for (let next = receiveMessageOnPort(port1); next !== undefined; next = receiveMessageOnPort(port1)) {
      const report = next.message as RelayReport;
      if ('facts' in report) this.#facts = report.facts;
      else if ('session' in report) this.#session = Buffer.from(report.session);
      else if ('failure' in report) this.#failure = report.failure;
      else this.#isRagged = true;
    }
  }
}

/** An operation whose errors come out at its end: the queue of a `Channel` knows numbers only until then. */
class Late<T> implements Operation<T> {
  readonly call: string;
  readonly #operation: Operation<T>;
  #failed = false;
  #error: unknown;

  constructor(operation: Operation<T>) {
    this.call = operation.call;
    this.#operation = operation;
  }

  run(): number {
    try {
      return this.#operation.run();
    } catch (error) {
      this.#failed = true;
      this.#error = error;
      return 0;
    }
  }

  finish(value: number): T {
    if (this.#failed) throw this.#error;
    return this.#operation.finish(value);
  }
}

/** One helper for all sockets of this thread, started by the first; it ends with this thread and does not keep it alive. */
function start(): Worker {
  const path = createRequire(import.meta.url).resolve('@p8/socket/tls-relay-worker');
  const worker = new Worker(path, { name: 'p8-tls' });
  worker.unref();
  // its sockets find the end of their streams
  worker
    .on('error', () => {})
    .on('exit', () => {
      helper = undefined;
      Atomics.store(new Int32Array(busy), 0, 0);
    });
  process.once('exit', farewell);
  return worker;
}

/** What was sent must arrive although the program ends: the kernel would see to that, the helper thread ends with it. */
function farewell(): void {
  for (const channel of open) channel.close();
  const words = new Int32Array(busy);
  const end = performance.now() + LONGEST_FAREWELL;
  for (let left = Atomics.load(words, 0); left > 0 && performance.now() < end; left = Atomics.load(words, 0)) {
    Atomics.wait(words, 0, left, end - performance.now());
  }
}

function failureOf(failure: RelayedError, syscall: string): unknown {
  const error = tlsError(Object.assign(new Error(failure.message), failure), syscall);
  return error instanceof OSError ? error : new OSError(failure.message, { syscall });
}
