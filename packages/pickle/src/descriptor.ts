/**
 * Descriptors of the system in a message. Their numbers mean nothing to another process, so they go beside the data, which
 * holds their places in the list:
 *
 *     dump(value, name, 'process') ── data ──▶ load(data, descriptors)
 *          └── descriptors ── SCM_RIGHTS of unix(7) ──▶ ┘
 *
 * Threads of one process need no list: there a descriptor reduces to memory that they share.
 */
import { OSError } from '@p8/errors';
import type { Reducible, Travel } from './reduce.ts';

/** The method's name. One symbol for all copies of this package. */
export const beside: unique symbol = Symbol.for('@p8/pickle.beside') as typeof beside;

/** What stands for a descriptor among the arguments of a `[reduce]`: see `passFd` of @p8/socket. */
export interface Passing extends Reducible {
  /** A duplicate of the descriptor for a message to another process, and how it is closed when the message is on its way or failed. */
  [beside](): readonly [fd: number, travel: Travel];
}

/** A descriptor that came with a message, as the rebuilding function gets it. */
export interface PassedFd {
  /** Its number, which belongs to the caller from now on. Once: raises OSError (EBADF) the second time. */
  take(): number;
}

/** Whether a value is a descriptor on its way. */
export function isPassing(value: object): value is Passing {
  return beside in value;
}

/** One of the descriptors that came beside the data; taken, it leaves -1 in the list. */
export class Arrived implements PassedFd {
  readonly #descriptors: number[];
  readonly #index: number;

  constructor(descriptors: number[], index: number) {
    this.#descriptors = descriptors;
    this.#index = index;
  }

  take(): number {
    const fd = this.#descriptors[this.#index] ?? -1;
    if (fd < 0) throw new OSError('this descriptor was taken out of its message before', { code: 'EBADF' });
    this.#descriptors[this.#index] = -1;
    return fd;
  }
}
