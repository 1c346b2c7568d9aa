/** The system calls that send and may have to wait, each as something that can be tried again: see {@link Operation}. */
import { OSError } from '@p8/errors';
import { syscalls } from '@p8/syscall';
import type { Operation } from './channel.ts';

const EFAULT = 14;

/** send(2): one system call, which may send less. */
export class Send implements Operation<number> {
  readonly call = 'send';
  readonly #fd: number;
  readonly #data: Uint8Array;
  readonly #flags: number;

  constructor(fd: number, data: Uint8Array, flags: number) {
    this.#fd = fd;
    this.#data = data;
    this.#flags = flags;
  }

  run(): number {
    return syscalls.send(this.#fd, this.#data, 0, this.#data.length, this.#flags);
  }

  finish(count: number): number {
    return count;
  }
}

/** An error of `sendall`, which says how far it came. */
export interface SendallError extends OSError {
  /** How many bytes the kernel had taken before the failure. */
  readonly bytesSent: number;
}

/** send(2) until everything is sent. */
export class SendAll implements Operation<undefined> {
  readonly call: string;
  readonly #fd: number;
  readonly #data: Uint8Array;
  readonly #length: number;
  readonly #flags: number;
  #sent: number;

  constructor(fd: number, data: Uint8Array, flags: number, sent: number, call = 'sendall') {
    this.call = call;
    this.#fd = fd;
    this.#data = data;
    this.#length = data.length;
    this.#flags = flags;
    this.#sent = sent;
  }

  run(): number {
    // transferred away while the call waited, or a view that was taken back: nothing more to send, but not everything sent
    if (this.#data.length !== this.#length) return -EFAULT;
    do {
      const count = syscalls.send(this.#fd, this.#data, this.#sent, this.#length - this.#sent, this.#flags);
      if (count < 0) return count;
      this.#sent += count;
    } while (this.#sent < this.#length);
    return 0;
  }

  finish(): undefined {
    return undefined;
  }

  /** What the kernel has taken so far. */
  get sent(): number {
    return this.#sent;
  }

  explain(error: OSError): SendallError {
    return Object.assign(error, { bytesSent: this.#sent });
  }
}

/** The error of a `sendall` that could not begin. */
export function failedSendall(outcome: number): SendallError {
  return Object.assign(new OSError(outcome, { syscall: 'sendall' }), { bytesSent: 0 });
}

/** sendto(2): one message to an address. */
export class SendTo implements Operation<number> {
  readonly call = 'sendto';
  readonly #fd: number;
  readonly #data: Uint8Array;
  readonly #flags: number;
  readonly #sockaddr: Uint8Array;

  constructor(fd: number, data: Uint8Array, flags: number, sockaddr: Uint8Array) {
    this.#fd = fd;
    this.#data = data;
    this.#flags = flags;
    this.#sockaddr = sockaddr;
  }

  run(): number {
    return syscalls.sendto(this.#fd, this.#data, this.#flags, this.#sockaddr);
  }

  finish(count: number): number {
    return count;
  }
}
