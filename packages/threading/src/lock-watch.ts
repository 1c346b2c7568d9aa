/**
 * Watches the locks of a thread: in which order they are taken, and how long they are held. It takes the place of the
 * methods of Lock and RLock, so that it costs nothing while it is off.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { dirname } from 'node:path';
import type { LockLike } from './lock-like.ts';
import type { LockOrder, LockPair } from './lock-order.ts';
import type { AcquireSyncOptions, Seconds } from './waiting.ts';

/** What was seen. */
export interface LockReport {
  /** Locks are taken in different orders, so that two threads or tasks can wait for each other for ever; or one was held long. */
  readonly kind: 'order' | 'long hold';
  /** What, and where in the program. */
  readonly message: string;
}

/** What it needs of a lock. */
interface Watched extends LockLike {
  readonly words: Int32Array;
  /** Whether its holder may take it again. */
  readonly reentrant: boolean;
  isOwned(): boolean;
  releaseAll(): unknown;
  acquireAll(state: unknown): Promise<void>;
  acquireAllSync(state: unknown): void;
}

interface Hold {
  readonly since: number;
  readonly place: string;
  /** The locks that its holder holds, this one among them. */
  readonly list: number[];
}

export class LockWatch {
  readonly #order: LockOrder;
  readonly #longHold: Seconds;
  readonly #report: (report: LockReport) => void;
  readonly #holds = new Map<number, Hold>();
  /** The locks that a task holds; what runs in no `with` is one task. */
  readonly #lists = new AsyncLocalStorage<number[]>();
  readonly #outside: number[] = [];

  constructor(order: LockOrder, longHold: Seconds, report: (report: LockReport) => void) {
    this.#order = order;
    this.#longHold = longHold;
    this.#report = report;
  }

  /** Takes the place of a class's methods; comes back: what puts each back. */
  install(type: object): (() => void)[] {
    return [
      replace(type, 'acquireSync', (lock, acquireSync, options) => {
        this.#expect(lock, options);
        const taken = acquireSync.call(lock, options);
        if (taken) this.#taken(lock, this.#list);
        return taken;
      }),
      // not async: what it does at once, it does in the caller's task
      replace(type, 'acquire', (lock, acquire, options) => {
        return acquire.call(lock, options).then((taken) => {
          if (taken) this.#taken(lock, []);
          return taken;
        });
      }),
      replace(type, 'with', (lock, run, body, options) => {
        this.#expect(lock);
        const list = [...this.#list];
        const watched = () => {
          this.#taken(lock, list);
          return this.#lists.run(list, body);
        };
        return run.call(lock, watched, options);
      }),
      replace(type, 'release', (lock, release) => {
        release.call(lock);
        if (!lock.reentrant || !lock.isOwned()) this.#released(lock);
      }),
      replace(type, 'releaseAll', (lock, releaseAll) => {
        const state = releaseAll.call(lock);
        this.#released(lock);
        return state;
      }),
      replace(type, 'acquireAll', async (lock, acquireAll, state) => {
        const list = this.#list;
        await acquireAll.call(lock, state);
        this.#taken(lock, list);
      }),
      replace(type, 'acquireAllSync', (lock, acquireAllSync, state) => {
        acquireAllSync.call(lock, state);
        this.#taken(lock, this.#list);
      }),
    ];
  }

  get #list(): number[] {
    return this.#lists.getStore() ?? this.#outside;
  }

  /** Before the wait: afterwards it may be too late. */
  #expect(lock: Watched, options?: AcquireSyncOptions): void {
    const number = this.#order.numberOf(lock.words);
    const list = this.#list;
    if (options?.blocking === false || list.includes(number)) return;
    for (const held of list) {
      const pairs = this.#order.add(held, number, place);
      if (pairs.length > 0) this.#report({ kind: 'order', message: inversion(held, number, pairs) });
    }
  }

  #taken(lock: Watched, list: number[]): void {
    const number = this.#order.numberOf(lock.words);
    if (lock.reentrant && this.#holds.has(number)) return;
    this.#forget(number);
    list.push(number);
    this.#holds.set(number, { since: performance.now(), place: place(), list });
  }

  #released(lock: Watched): void {
    const number = this.#order.numberOf(lock.words);
    const hold = this.#forget(number);
    if (hold === undefined) return;
    const seconds = (performance.now() - hold.since) / 1000;
    if (seconds <= this.#longHold) return;
    const message = `lock ${number} was held for ${seconds.toFixed(3)} s; it was taken ${hold.place}`;
    this.#report({ kind: 'long hold', message });
  }

  #forget(number: number): Hold | undefined {
    const hold = this.#holds.get(number);
    this.#holds.delete(number);
    if (hold?.list.includes(number)) hold.list.splice(hold.list.indexOf(number), 1);
    return hold;
  }
}

/** Puts a method in the place of another, which it is given. */
function replace<K extends keyof Watched>(
  type: object,
  name: K,
  method: (lock: Watched, original: Watched[K], ...args: Parameters<Extract<Watched[K], Function>>) => unknown,
): () => void {
  const before = Object.getOwnPropertyDescriptor(type, name);
  const original = (type as Watched)[name];
  const value = function (this: Watched, ...args: Parameters<Extract<Watched[K], Function>>) {
    return method(this, original, ...args);
  };
  Object.defineProperty(type, name, { value, writable: true, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(type, name);
    else Object.defineProperty(type, name, before);
  };
}

function inversion(held: number, number: number, pairs: readonly LockPair[]): string {
  const others = pairs.map((pair) => `lock ${pair.taken} while lock ${pair.held} was held, ${pair.place}`);
  return (
    `locks are taken in different orders, and can wait for each other for ever: lock ${number} while lock ${held} is held, ` +
    `${place()}; and elsewhere ${others.join(', ')}: take them in one order everywhere`
  );
}

const ours = dirname(import.meta.filename);

/** Where in the program this happens. */
function place(): string {
  const frames = new Error().stack?.split('\n').slice(1) ?? [];
  return frames.find((frame) => !frame.includes(ours) && !frame.includes('node:'))?.trim() ?? 'at an unknown place';
}
