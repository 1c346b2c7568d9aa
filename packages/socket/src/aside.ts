/**
 * Reading what is not ordinary data, urgent bytes and the error queue, beside those that wait for data: neither must wait
 * behind the other. The calls wait on a duplicate of the descriptor, which is open only while there are any.
 */
import { OSError } from '@p8/errors';
import { constants, memory, syscalls } from '@p8/syscall';
import { Channel } from './channel.ts';
import type { Operation } from './channel.ts';
import type { Seconds, WaitOptions } from './wait.ts';

/** The flags of such calls. */
export const ASIDE: number = constants.MSG_OOB | constants.MSG_ERRQUEUE;

export class Aside {
  readonly #fd: number;
  #channel: Channel | undefined;
  #waiting = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async read<T>(
    owner: object,
    operation: Operation<T>,
    timeout: Seconds | null,
    options: WaitOptions | undefined,
  ): Promise<T> {
    const channel = (this.#channel ??= this.#open());
    this.#waiting++;
    try {
      return await channel.read(owner, operation, timeout, options);
    } finally {
      if (--this.#waiting === 0) this.close();
    }
  }

  /** Rejects those who wait. */
  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
  }

  #open(): Channel {
    const fd = syscalls.dup(this.#fd);
    if (fd < 0) throw new OSError(fd, { syscall: 'dup' });
    return new Channel(fd, memory.KIND_OTHER);
  }
}
