/** What the managers of the tests share. */
import { ValueError } from '@p8/errors';
import { SyncManager } from '../src/index.ts';
import type { AcquirerProxy, ConnectionAddress, DictProxy, EventProxy, ListProxy, ValueProxy } from '../src/index.ts';

export class SoldOut extends ValueError {
  readonly left: number;

  constructor(left: number) {
    super(`only ${left} left`);
    this.left = left;
  }
}

export class Shop {
  readonly name: string;
  stock: number;

  constructor(name: string, { stock }: { readonly stock: number }) {
    this.name = name;
    this.stock = stock;
  }

  sell(count: number): number {
    if (count > this.stock) throw new SoldOut(this.stock);
    this.stock -= count;
    return this.stock;
  }

  async later(number: number): Promise<number> {
    await Promise.resolve();
    return number + 1;
  }

  odd(): symbol {
    return Symbol('cannot be sent');
  }

  told(what: object): object {
    return what;
  }

  _secret(): void {}

  toString(): string {
    return `Shop of ${this.name}`;
  }
}

type Numbers = ListProxy<number>;

export async function appendsToInner(outer: DictProxy<string>, number: number): Promise<void> {
  using inner = (await outer.get('inner')) as Numbers;
  await inner.append(number);
}

export async function changesAll(
  dict: DictProxy<number, number>,
  list: Numbers,
  lock: AcquirerProxy,
  total: ValueProxy<number>,
  which: number,
): Promise<void> {
  await dict.set(which, which * which);
  list.appendSync(which);
  for (let i = 0; i < 10; i++)
    await lock.with(() => {
      total.value += 1;
    });
}

export async function holdsForEver(lock: AcquirerProxy, event: EventProxy): Promise<void> {
  lock.acquireSync();
  await event.set();
  await new Promise(() => setInterval(() => {}, 1000));
}

export async function hasObjects(dict: DictProxy<string>, event: EventProxy): Promise<void> {
  const address = (await dict.get('address')) as ConnectionAddress;
  const manager = new SyncManager({ address });
  await manager.connect();
  const lists = await Promise.all(Array.from({ length: 10 }, () => manager.list()));
  await event.set();
  await new Promise(() => setInterval(() => lists.length, 1000));
}

export function setsVariable(name: string, value: string): void {
  process.env[name] = value;
}

export function failsToStart(): void {
  throw new ValueError('no such luck');
}

export function exitsAtOnce(): void {
  process.exit(7);
}

/** Kills a process after so many seconds. */
export async function killsIn(pid: number, seconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });
  process.kill(pid, 'SIGKILL');
}

export function double(number: number): number {
  return 2 * number;
}
