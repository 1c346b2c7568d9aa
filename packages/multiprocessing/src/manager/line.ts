/**
 * The frames of a connection, without what a connection does for messages that may carry descriptors: a look at what has come
 * is one system call that makes no error, so that who expects a message soon can look a few times before sleeping.
 */
import { ConnectionResetError, EOFError, OSError, TimeoutError } from '@p8/errors';
import { AF_UNIX, IPPROTO_TCP, TCP_NODELAY } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { constants, syscalls } from '@p8/syscall';
import { insideOf } from '../connection/connection.ts';
import type { Connection } from '../connection/connection.ts';
import { framed, FrameReader } from '../connection/frames.ts';
import { deadlineOf, secondsLeft } from '../connection/limits.ts';
import type { Seconds } from '../connection/limits.ts';
import { limited } from '../connection/readiness.ts';
import { Patience } from './patience.ts';

const { EAGAIN } = constants;
/** The program of a client has other things to do. */
const NAP: Seconds = 0.000_2;
/** What has come after so many bytes of frames goes in one write. */
const JOINED = 64 * 1024;

export class Line {
  /** How long a look for the next message is worth while. */
  readonly patience: Patience = new Patience(NAP);
  readonly #socket: Socket;
  readonly #fd: number;
  readonly #fds: Int32Array;
  readonly #frames: FrameReader;
  readonly #longest: number;
  #out: Uint8Array[] = [];
  #outLength = 0;

  /** @param longest the longest message that is taken, in bytes */
  constructor(connection: Connection<unknown, unknown>, longest: number) {
    const { socket, incoming } = insideOf(connection);
    this.#socket = socket;
    this.#fd = socket.fileno();
    this.#fds = Int32Array.of(this.#fd);
    this.#frames = new FrameReader(incoming.rest.bytes);
    this.#longest = longest;
    // requests and replies are small, and each is waited for
    if (socket.family !== AF_UNIX) socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, true);
  }

  get fd(): number {
    return this.#fd;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The next message that came with one before; undefined if none did. Raises OSError for a frame that is none. */
  nextHere(): Buffer | undefined {
    return this.#frames.next(this.#longest);
  }

  /** The next message that has come; undefined if none has. Raises EOFError at the end, OSError for a frame that is none. */
  tryNext(): Buffer | undefined {
    for (;;) {
      const message = this.nextHere();
      if (message !== undefined) return message;
      this.#check();
      const { room } = this.#frames;
      const count = syscalls.recv(this.#fd, room, 0, room.length, 0);
      if (count === -EAGAIN) return undefined;
      this.#arrived(count);
    }
  }

  /** The same, but looks again and again for a moment. */
  lookForNext(): Buffer | undefined {
    return this.nextHere() ?? this.patience.spend(this.#fds, () => this.tryNext());
  }

  /** Waits for the next message. */
  async next(): Promise<Buffer> {
    for (;;) {
      const message = this.nextHere();
      if (message !== undefined) return message;
      this.#check();
      this.#arrived(await limited(this.#socket, null, () => this.#socket.recvInto(this.#frames.room)));
    }
  }

  /** Waits for the next message, blocking. Raises TimeoutError. */
  nextSync(timeout: Seconds | null): Buffer {
    const deadline = deadlineOf(timeout);
    for (;;) {
      const message = this.lookForNext();
      if (message !== undefined) return message;
      const left = secondsLeft(deadline, 'recv');
      this.#arrived(limited(this.#socket, left, () => this.#socket.recvIntoSync(this.#frames.room)));
    }
  }

  /** Puts a message among those that `flush` sends. */
  push(message: Uint8Array): void {
    for (const part of framed(message)) {
      this.#out.push(part);
      this.#outLength += part.length;
    }
  }

  /** How many bytes were pushed and not sent. */
  get unsent(): number {
    return this.#outLength;
  }

  /** Sends what was pushed. Comes back: nothing if all has gone, else a promise of it. */
  flush(): Promise<void> | undefined {
    for (;;) {
      const bytes = this.#takeOut();
      if (bytes === undefined) return undefined;
      const rest = this.#sendNow(bytes);
      if (rest !== undefined) return this.#sendRest(rest);
    }
  }

  /** Sends what was pushed, blocking. Raises TimeoutError. */
  flushSync(timeout: Seconds | null): void {
    for (let bytes = this.#takeOut(); bytes !== undefined; bytes = this.#takeOut()) {
      const rest = this.#sendNow(bytes);
      if (rest !== undefined) limited(this.#socket, timeout, () => this.#socket.sendallSync(rest));
    }
  }

  close(): void {
    this.#socket.close();
  }

  /** Comes back: what the socket did not take. */
  #sendNow(bytes: Uint8Array): Uint8Array | undefined {
    this.#check();
    const count = syscalls.send(this.#fd, bytes, 0, bytes.length, 0);
    if (count === bytes.length) return undefined;
    if (count < 0 && count !== -EAGAIN) throw new OSError(count, { syscall: 'send' });
    return bytes.subarray(Math.max(0, count));
  }

  async #sendRest(bytes: Uint8Array): Promise<void> {
    await limited(this.#socket, null, () => this.#socket.sendall(bytes));
    await this.flush();
  }

  /** The next bytes to write: small frames together. */
  #takeOut(): Uint8Array | undefined {
    const [first] = this.#out;
    if (first === undefined) return undefined;
    if (this.#out.length === 1 || first.length > JOINED) {
      this.#out.shift();
      this.#outLength -= first.length;
      return first;
    }
    const all = this.#out;
    this.#out = [];
    const length = this.#outLength;
    this.#outLength = 0;
    return Buffer.concat(all, length);
  }

  #arrived(count: number): void {
    if (count > 0) this.#frames.received(count);
    else if (count < 0) throw new OSError(count, { syscall: 'recv' });
    else if (this.#frames.atBoundary) throw new EOFError();
    else throw new OSError('got end of file during message');
  }

  #check(): void {
    if (this.#socket.closed) throw new OSError('handle is closed', { code: 'EBADF' });
  }
}

/** Whether an error says that the other side has gone, and not that a call was wrong. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof EOFError ||
    error instanceof ConnectionResetError ||
    (error instanceof OSError && !(error instanceof TimeoutError))
  );
}
