/** The receiving half of a connection: the stream cut into messages, for callers that await and callers that block. */
import { BlockingIOError, ConnectionError, EOFError, OSError } from '@p8/errors';
import { AF_UNIX } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { Lock } from '@p8/threading';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { FrameReader } from './frames.ts';
import { Arrivals, closeAll } from './letter.ts';
import type { Batch, Message } from './letter.ts';
import { deadlineOf, secondsLeft } from './limits.ts';
import type { Seconds } from './limits.ts';
import { checkOpen, isReadable, isReadableSync, limited } from './readiness.ts';
import { enter, enterSync } from './turns.ts';

/** What has come and was not taken, where another object goes on with the stream. */
export interface Rest {
  readonly bytes: Uint8Array;
  /** Their places are those in the bytes. */
  readonly batches: readonly Batch[];
}

export class Incoming {
  readonly #socket: Socket;
  readonly #onBroken: () => void;
  readonly #frames: FrameReader;
  readonly #arrivals: Arrivals;
  readonly #lock: Lock = new Lock();
  readonly #bringsDescriptors: boolean;
  /** Those of the last reception. */
  readonly #descriptors: number[] = [];
  /** What `poll` met: the kernel tells an error once, and it belongs to the call that receives. */
  #failure: ConnectionError | undefined;

  /** `onBroken` hears that nobody knows where the next message begins. */
  constructor(socket: Socket, onBroken: () => void, rest?: Rest) {
    this.#socket = socket;
    this.#onBroken = onBroken;
    this.#frames = new FrameReader(rest?.bytes);
    this.#arrivals = new Arrivals(rest?.batches);
    this.#bringsDescriptors = socket.family === AF_UNIX;
  }

  /** The next message; waits for it. Raises EOFError, TimeoutError, and OSError for one above the limit. */
  async next(limit: number, options: WaitOptions | undefined): Promise<Message> {
    const deadline = deadlineOf(options?.timeout);
    await enter(this.#lock, 'recv', options);
    try {
      for (;;) {
        const message = this.#whole(limit);
        if (message !== undefined) return message;
        this.#arrived(await this.#receive(deadline, options));
      }
    } finally {
      this.#lock.release();
    }
  }

  nextSync(limit: number, options: BlockOptions | undefined): Message {
    const deadline = deadlineOf(options?.timeout);
    enterSync(this.#lock, 'recvSync');
    try {
      for (;;) {
        const message = this.#whole(limit);
        if (message !== undefined) return message;
        this.#arrived(this.#receiveSync(deadline));
      }
    } finally {
      this.#lock.release();
    }
  }

  /** The next message, if all of it has come by now; never waits. Raises EOFError. */
  nextNow(): Message | undefined {
    for (let mayBeMore = true; ;) {
      const message = this.#whole(Infinity);
      if (message !== undefined || !mayBeMore) return message;
      const { length } = this.#frames.room;
      try {
        const count = this.#receiveWithin(0);
        this.#arrived(count);
        mayBeMore = count === length;
      } catch (error) {
        if (error instanceof BlockingIOError) return undefined;
        throw error;
      }
    }
  }

  /** The descriptor that comes with one byte outside of any message; undefined if none came with it. */
  async descriptor(): Promise<number | undefined> {
    await enter(this.#lock, 'recvHandle', undefined);
    try {
      while (this.#frames.nextByte() === undefined) this.#arrived(await this.#receive(Infinity, undefined));
      return this.#descriptorHere();
    } finally {
      this.#lock.release();
    }
  }

  descriptorSync(): number | undefined {
    enterSync(this.#lock, 'recvHandleSync');
    try {
      while (this.#frames.nextByte() === undefined) this.#arrived(this.#receiveSync(Infinity));
      return this.#descriptorHere();
    } finally {
      this.#lock.release();
    }
  }

  /** Whether something, or the end, is there, or comes within this time. */
  async poll(timeout: Seconds | null, options?: Pick<WaitOptions, 'signal'>): Promise<boolean> {
    if (this.hasBytes) return true;
    try {
      return await isReadable(checkOpen(this.#socket), timeout, options);
    } catch (error) {
      return this.#willFail(error);
    }
  }

  pollSync(timeout: Seconds | null): boolean {
    if (this.hasBytes) return true;
    try {
      return isReadableSync(checkOpen(this.#socket), timeout);
    } catch (error) {
      return this.#willFail(error);
    }
  }

  /** Whether bytes have come that are in no message given out. */
  get hasBytes(): boolean {
    return this.#frames.length > 0;
  }

  get rest(): Rest {
    const { rest: bytes, reach } = this.#frames;
    return { bytes, batches: this.#arrivals.since(reach - bytes.length) };
  }

  /** Closes the descriptors that were not taken. */
  close(): void {
    this.#arrivals.close();
  }

  #whole(limit: number): Message | undefined {
    let bytes: Buffer | undefined;
    try {
      bytes = this.#frames.next(limit);
    } catch (error) {
      this.#onBroken();
      throw error;
    }
    return bytes && { bytes, descriptors: this.#arrivals.takeUpTo(this.#frames.position) };
  }

  /** A byte brings one; others that came with it belong to nobody. */
  #descriptorHere(): number | undefined {
    const [fd, ...others] = this.#arrivals.takeUpTo(this.#frames.position);
    closeAll(others);
    return fd;
  }

  #arrived(count: number): void {
    if (count > 0) return;
    if (this.#frames.atBoundary) throw new EOFError();
    throw new OSError('got end of file during message');
  }

  async #receive(deadline: number, options: Pick<WaitOptions, 'signal'> | undefined): Promise<number> {
    const sock = this.#toReceive();
    const { room } = this.#frames;
    const left = secondsLeft(deadline, 'recv');
    const receiving = limited(sock, left, () =>
      this.#bringsDescriptors ? sock.recvFdsInto(room, this.#descriptors, options) : sock.recvInto(room, 0, 0, options),
    );
    return this.#received(await receiving);
  }

  #receiveSync(deadline: number): number {
    return this.#receiveWithin(secondsLeft(deadline, 'recv'));
  }

  #receiveWithin(left: Seconds | null): number {
    const sock = this.#toReceive();
    const { room } = this.#frames;
    const count = limited(sock, left, () =>
      this.#bringsDescriptors ? sock.recvFdsIntoSync(room, this.#descriptors) : sock.recvIntoSync(room),
    );
    return this.#received(count);
  }

  #received(count: number): number {
    this.#frames.received(count);
    if (this.#descriptors.length > 0) this.#arrivals.add(this.#frames.reach, this.#descriptors.splice(0));
    return count;
  }

  /** An error of a look at what comes is there for the next call that receives. */
  #willFail(error: unknown): true {
    if (!(error instanceof ConnectionError)) throw error;
    this.#failure = error;
    return true;
  }

  #toReceive(): Socket {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return checkOpen(this.#socket);
  }
}
