/** Functions and classes of every kind that a thread can be given, and some that it cannot. */
import { reduce } from '../src/index.ts';
import type { Reduced, Travel } from '../src/index.ts';

export function work(n: number): number {
  return n * 2;
}

export const arrow = (n: number): number => n + 1;

export async function later(n: number): Promise<number> {
  return await Promise.resolve(n);
}

export class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }

  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: Point): Reduced {
        return [Point, [this.x, this.y]];
      },
    });
  }
}

function inner(): string {
  return 'renamed';
}
export { inner as renamed };

function make(n: number): () => number {
  return () => n;
}
export const made: () => number = make(3);
/** Of the same text as {@link made}, and no export. */
export const others: (() => number)[] = [make(4)];

// oxlint-disable-next-line import/no-default-export -- it is what is tested
export default function (): string {
  return 'default';
}

export const notExported = (): object => ({ hidden });
function hidden(): void {}

export function identity<T>(value: T): T {
  return value;
}

export function apply<T>(target: (...args: never) => T, ...args: unknown[]): T {
  return target(...(args as never));
}

export function construct(type: new () => unknown): unknown {
  return new type();
}

/** An object that says how it travels, and what it was told. */
export class Traveller {
  readonly name: string;
  readonly #log: string[];
  readonly #transfer: Travel['transfer'];

  constructor(name: string, log: string[] = [], transfer?: Travel['transfer']) {
    this.name = name;
    this.#log = log;
    this.#transfer = transfer;
  }

  static {
    Object.defineProperty(this.prototype, reduce, {
      value(this: Traveller): Reduced {
        const tell = (what: string) => () => void this.#log.push(`${this.name} ${what}`);
        const travel = { sent: tell('sent'), failed: tell('failed') };
        return [Traveller, [this.name], this.#transfer ? { ...travel, transfer: this.#transfer } : travel];
      },
    });
  }
}
