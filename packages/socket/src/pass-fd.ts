/**
 * A descriptor in a message: to another thread as memory (see native/parcel.cc), to another process beside the data. What a
 * `[reduce]` gives holds it; the rebuilding function takes it out.
 *
 *     [reduce]() { return [attach, [passFd(this.fd), this.size]]; }
 *
 *     export function attach(passed: PassedFd, size: number) { return new Memory(passed.take(), size); }
 */
import { OSError } from '@p8/errors';
import { beside, importable, reducible } from '@p8/pickle';
import type { PassedFd, Passing } from '@p8/pickle';
import { syscalls } from '@p8/syscall';
import { parcel, unpack } from './parcel.ts';

/**
 * Stands for a descriptor among the arguments of a `[reduce]`, and is of the type that the rebuilding function gets, so that it
 * fits there; use it for nothing else. A duplicate travels, and is closed if nobody takes it; the original is left alone.
 */
export function passFd(fd: number): PassedFd {
  return new Pass(fd) as object as PassedFd;
}

class Pass {
  static {
    reducible(Pass, (pass) => {
      const memory = parcel(pass.#fd);
      return [Parcelled, [memory], { failed: () => void syscalls.close(unpack(memory)) }];
    });
    const besideData: Passing[typeof beside] = function (this: Pass) {
      const fd = syscalls.dup(this.#fd);
      if (fd < 0) throw new OSError(fd, { syscall: 'dup' });
      const close = (): void => void syscalls.close(fd);
      return [fd, { sent: close, failed: close }];
    };
    Object.defineProperty(this.prototype, beside, { value: besideData });
  }

  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }
}

/** One that came from another thread. */
export class Parcelled implements PassedFd {
  readonly #memory: SharedArrayBuffer;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
  }

  take(): number {
    return unpack(this.#memory);
  }
}

// in a bundle nobody exports it
importable(import.meta, { Parcelled });
