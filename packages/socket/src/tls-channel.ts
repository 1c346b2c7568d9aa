/**
 * TLS as a channel of bytes, on this thread: what the reading calls, the files and `sendall` see of Node's TLS socket.
 *
 *     recv() ──▶ fill() ──▶ TLSSocket.read()  ◀── OpenSSL ◀── libuv       'readable': the next try
 *     sendall() ──▶ run() ──▶ TLSSocket.write() ──▶ OpenSSL ──▶ libuv     its callback: the next part
 *
 * Both directions have back-pressure: Node stops reading when nobody takes what came, and one part is on its way at a time.
 */
import { BrokenPipeError, NotImplementedError, RuntimeError } from '@p8/errors';
import type { OSError } from '@p8/errors';
import { constants } from '@p8/syscall';
import type { Sending } from './byte-channel.ts';
import type { Operation } from './channel.ts';
import { OperationQueue } from './operation-queue.ts';
import type { SendallError } from './send-operations.ts';
import { closedDuring, closedError } from './outcome.ts';
import type { TlsConnection, TlsFacts } from './tls-connection.ts';
import { raggedEnd, tlsError } from './tls-errors.ts';
import type { TlsByteChannel } from './tls-socket.ts';
import { Unread } from './unread.ts';
import { EAGAIN } from './wait.ts';
import type { Seconds, WaitOptions } from './wait.ts';

const EPIPE = 32;
/** What is encrypted at once: enough to make the calls cheap, and little enough for a busy loop. */
const PART = 128 * 1024;
/** How long a closed connection may take to send its good-bye to a peer that does not read, in milliseconds. */
const LONGEST_GOODBYE = 1000;

export class TlsChannel implements TlsByteChannel {
  readonly unread: Unread = new Unread();
  readonly facts: TlsFacts;
  readonly #connection: TlsConnection;
  readonly #suppressRaggedEofs: boolean;
  readonly #readers: OperationQueue;
  readonly #writers: OperationQueue;
  #closed = false;
  #failure: unknown;
  /** A part is on its way to the kernel. */
  #writing = false;
  #isShut = false;

  /** Takes over a connection whose handshake is done. */
  constructor(connection: TlsConnection, suppressRaggedEofs: boolean) {
    this.#connection = connection;
    this.facts = connection.facts();
    this.#suppressRaggedEofs = suppressRaggedEofs;
    const changed = (): void => this.#keepAlive();
    this.#readers = new OperationQueue(changed);
    this.#writers = new OperationQueue(changed);
    const serve = (): void => this.#readers.serve();
    connection.socket.on('readable', serve).on('end', serve).on('close', serve);
    connection.socket.on('error', (error) => this.#fail(error));
    this.#keepAlive();
  }

  /** The descriptor, for names and options; -1 when Node has closed it, after an error or both ends. */
  get fd(): number {
    return this.#connection.socket.destroyed ? -1 : this.#connection.fd;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get unreadLength(): number {
    return this.unread.length;
  }

  fill(size: number): number {
    const { socket } = this.#connection;
    const length = Math.min(size, socket.readableLength);
    const data = length === 0 ? null : (socket.read(length) as Buffer | null);
    if (data !== null) {
      this.unread.append(data);
      return data.length;
    }
    if (this.#closed) throw closedError('recv');
    if (this.#failure !== undefined) throw tlsError(this.#failure, 'recv');
    if (this.#connection.end !== undefined) return this.#endOfFile(this.#connection.end === 'ragged');
    if (socket.destroyed) return this.#endOfFile(true);
    // goes on reading, if that had stopped
    socket.read(0);
    return -EAGAIN;
  }

  get session(): Buffer | undefined {
    return this.#connection.session;
  }

  sendingSome(data: Uint8Array): Operation<number> {
    return new TlsSend(this, data);
  }

  sending(data: Uint8Array, call: string): Sending {
    return new TlsSending(this, data, call);
  }

  read<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#readers.run(owner, operation, timeout, options);
  }

  write<T>(owner: object, operation: Operation<T>, timeout: Seconds | null, options?: WaitOptions): Promise<T> {
    return this.#writers.run(owner, operation, timeout, options);
  }

  readSync<T>(operation: Operation<T>): T {
    throw notHere(operation.call);
  }

  writeSync<T>(operation: Operation<T>): T {
    throw notHere(operation.call);
  }

  /** Encrypts and sends as much of `data` as one part takes; the count, or -EAGAIN while another part is on its way. */
  writeNow(data: Uint8Array): number {
    if (this.#closed) throw closedError('send');
    if (this.#failure !== undefined) throw tlsError(this.#failure, 'send');
    if (this.#isShut || this.#connection.socket.destroyed) return -EPIPE;
    if (this.#writing) return -EAGAIN;
    const part = data.subarray(0, PART);
    if (part.length === 0) return 0;
    this.#writing = true;
    this.#keepAlive();
    this.#connection.socket.write(part, (error) => {
      this.#writing = false;
      if (error) this.#fail(error);
      this.#writers.serve();
      this.#keepAlive();
    });
    return part.length;
  }

  /** Whether the kernel has taken all that was written. */
  get flushed(): boolean {
    if (this.#failure !== undefined) throw tlsError(this.#failure, 'send');
    return !this.#writing;
  }

  /** Ends what is sent: close_notify, and FIN. */
  shutdown(how: number): void {
    if (how === constants.SHUT_RD) {
      throw new NotImplementedError('shutdown(SHUT_RD): TLS has to read on; stop to receive, or close()');
    }
    if (this.#isShut) return;
    this.#isShut = true;
    this.#writers.fail(() => new BrokenPipeError(EPIPE, { syscall: 'send' }));
    this.#connection.socket.end();
  }

  close(): void {
    this.#closed = true;
    this.#readers.fail(closedDuring);
    this.#writers.fail(closedDuring);
    const { socket } = this.#connection;
    if (socket.destroyed) return;
    socket.ref();
    const timer = setTimeout(() => socket.destroy(), LONGEST_GOODBYE);
    socket.once('close', () => clearTimeout(timer));
    if (socket.writableFinished) socket.destroy();
    else socket.once('finish', () => socket.destroy()).end();
  }

  #endOfFile(isRagged: boolean): number {
    if (!isRagged || this.#suppressRaggedEofs) return 0;
    throw raggedEnd();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#readers.serve();
    this.#writers.serve();
  }

  /** The program lives for as long as a call waits, or bytes are on their way. */
  #keepAlive(): void {
    const { socket } = this.#connection;
    if (this.#closed || socket.destroyed) return;
    if (this.#writing || !this.#readers.isEmpty || !this.#writers.isEmpty) socket.ref();
    else socket.unref();
  }
}

/** All of `data`, in parts, until the kernel has taken the last. */
class TlsSending implements Sending {
  readonly call: string;
  readonly #channel: TlsChannel;
  readonly #data: Uint8Array;
  #sent = 0;

  constructor(channel: TlsChannel, data: Uint8Array, call: string) {
    this.call = call;
    this.#channel = channel;
    this.#data = data;
  }

  run(): number {
    while (this.#sent < this.#data.length) {
      const count = this.#channel.writeNow(this.#data.subarray(this.#sent));
      if (count < 0) return count;
      this.#sent += count;
    }
    return this.#channel.flushed ? 0 : -EAGAIN;
  }

  finish(): undefined {
    return undefined;
  }

  /** What was encrypted, and so will be sent. */
  get sent(): number {
    return this.#sent;
  }

  explain(error: OSError): SendallError {
    return Object.assign(error, { bytesSent: this.#sent });
  }
}

/** As much of `data` as is taken at once. */
class TlsSend implements Operation<number> {
  readonly call = 'send';
  readonly #channel: TlsChannel;
  readonly #data: Uint8Array;

  constructor(channel: TlsChannel, data: Uint8Array) {
    this.#channel = channel;
    this.#data = data;
  }

  run(): number {
    return this.#channel.writeNow(this.#data);
  }

  finish(count: number): number {
    return count;
  }
}

function notHere(call: string): RuntimeError {
  return new RuntimeError(
    `${call}Sync() cannot wait on a socket of wrapTls(), whose TLS runs on this thread; make it with wrapTlsSync()`,
  );
}
