/** An object that has the number of a descriptor, and says how it travels. */
import { beside, reduce } from '../src/index.ts';
import type { PassedFd, Passing, Reduced } from '../src/index.ts';

/** The numbers of those that were disposed of. */
export const letGo: number[] = [];

export class Holder {
  readonly fd: number;
  readonly #log: string[];

  constructor(passed: PassedFd | number, log: string[] = []) {
    this.fd = typeof passed === 'number' ? passed : passed.take();
    this.#log = log;
  }

  [Symbol.dispose](): void {
    letGo.push(this.fd);
  }

  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: Holder): Reduced {
        return [Holder, [new Pass(this.fd, this.#log)]];
      },
    });
  }
}

class Pass {
  readonly fd: number;
  readonly log: string[];

  constructor(fd: number, log: string[]) {
    this.fd = fd;
    this.log = log;
  }

  static {
    const besideData: Passing[typeof beside] = function (this: Pass) {
      const tell = (what: string) => () => void this.log.push(`${this.fd} ${what}`);
      return [this.fd + 100, { sent: tell('sent'), failed: tell('failed') }];
    };
    Object.defineProperty(this.prototype, beside, { value: besideData });
    Object.defineProperty(this.prototype, reduce, {
      value(this: Pass): Reduced {
        return [inMemory, [this.fd + 1000]];
      },
    });
  }
}

export function inMemory(fd: number): PassedFd {
  return { take: () => fd };
}
