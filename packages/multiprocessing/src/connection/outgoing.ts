/** The sending half of a connection: messages one after another, each whole, with descriptors at its first byte. */
import { AF_UNIX, sendFds, sendFdsSync } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { PicklingError } from '@p8/pickle';
import { Lock } from '@p8/threading';
import type { BlockOptions, WaitOptions } from '@p8/threading';
import { FrameWriter } from './frames.ts';
import { MOST_DESCRIPTORS } from './letter.ts';
import type { Letter } from './letter.ts';
import { deadlineOf, secondsLeft } from './limits.ts';
import { checkOpen, limited } from './readiness.ts';
import { enter, enterSync } from './turns.ts';

const NONE: readonly number[] = [];

export class Outgoing {
  readonly #socket: Socket;
  readonly #onBroken: () => void;
  readonly #frames = new FrameWriter();
  readonly #lock: Lock = new Lock();

  /** `onBroken` hears that a message was broken off in its middle. */
  constructor(socket: Socket, onBroken: () => void) {
    this.#socket = socket;
    this.#onBroken = onBroken;
  }

  /** Whether a message is under way. */
  get busy(): boolean {
    return this.#lock.locked();
  }

  /** Sends a letter, which is told how that ended. Waits until all of it is taken. */
  async post(letter: Letter, options: WaitOptions | undefined): Promise<void> {
    try {
      this.#checkDescriptors(letter);
      await this.write(letter.bytes, options, letter.descriptors);
    } catch (error) {
      letter.failed();
      throw error;
    }
    letter.sent();
  }

  postSync(letter: Letter, options: BlockOptions | undefined): void {
    try {
      this.#checkDescriptors(letter);
      this.writeSync(letter.bytes, options, letter.descriptors);
    } catch (error) {
      letter.failed();
      throw error;
    }
    letter.sent();
  }

  async write(
    message: Uint8Array,
    options: WaitOptions | undefined,
    descriptors: readonly number[] = NONE,
  ): Promise<void> {
    const deadline = deadlineOf(options?.timeout);
    await enter(this.#lock, 'send', options);
    let sent = 0;
    let beside = descriptors;
    try {
      const sock = checkOpen(this.#socket);
      for (const part of this.#frames.framed(message)) {
        for (let rest = part; rest.length > 0;) {
          const left = secondsLeft(deadline, 'send');
          const some = rest;
          const waiting = limited(sock, left, () =>
            beside.length > 0 ? sendFds(sock, [some], beside, 0, undefined, options) : sock.send(some, 0, options),
          );
          const count = await waiting;
          sent += count;
          beside = NONE;
          rest = rest.subarray(count);
        }
      }
    } catch (error) {
      if (sent > 0) this.#onBroken();
      throw error;
    } finally {
      this.#lock.release();
    }
  }

  writeSync(message: Uint8Array, options: BlockOptions | undefined, descriptors: readonly number[] = NONE): void {
    const deadline = deadlineOf(options?.timeout);
    enterSync(this.#lock, 'sendSync');
    let sent = 0;
    let beside = descriptors;
    try {
      const sock = checkOpen(this.#socket);
      for (const part of this.#frames.framed(message)) {
        for (let rest = part; rest.length > 0;) {
          const left = secondsLeft(deadline, 'send');
          const some = rest;
          const count = limited(sock, left, () =>
            beside.length > 0 ? sendFdsSync(sock, [some], beside) : sock.sendSync(some),
          );
          sent += count;
          beside = NONE;
          rest = rest.subarray(count);
        }
      }
    } catch (error) {
      if (sent > 0) this.#onBroken();
      throw error;
    } finally {
      this.#lock.release();
    }
  }

  #checkDescriptors({ descriptors }: Letter): void {
    if (descriptors.length === 0) return;
    if (this.#socket.family !== AF_UNIX) {
      throw new PicklingError(
        'obj: a socket, a connection or shared memory in it has a descriptor, which only a unix socket carries: use Pipe(), or a Listener with family AF_UNIX',
      );
    }
    if (descriptors.length > MOST_DESCRIPTORS) {
      throw new PicklingError(
        `obj: it has ${descriptors.length} descriptors, and a message carries at most ${MOST_DESCRIPTORS}: send it in parts`,
      );
    }
  }
}
