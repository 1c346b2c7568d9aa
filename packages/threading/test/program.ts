/** A program with threads: what it prints, and how it ends, is looked at from outside. The first argument says what it does. */
import { setTimeout as after } from 'node:timers/promises';
import { ValueError } from '@p8/errors';
import { Event, isMain, Thread, ThreadPool, ThreadPoolExecutor, Timer } from '@p8/threading';

export function print(text: string): void {
  console.log(text);
}

export function printMany(name: string, lines: number): void {
  for (let i = 0; i < lines; i++) console.log(`${name} ${i} ${'x'.repeat(100)}`);
}

export function printBoth(): void {
  console.log('out 1');
  console.error('err 1');
  process.stdout.write('out');
  process.stdout.write(Buffer.from(' 2\n'));
  process.stderr.write('err 2\n', 'utf8');
}

export async function printLater(text: string): Promise<void> {
  await after(50);
  console.log(text);
}

export function printAndWait(text: string, printed: Event): void {
  console.log(text);
  printed.set();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

export function fail(): never {
  throw new ValueError('in thread');
}

export async function startMore(): Promise<void> {
  for (const name of ['a', 'b']) new Thread({ target: printLater, args: [name] }).start();
}

const parts: Readonly<Record<string, () => unknown>> = {
  /** The main thread is blocked while the thread prints. */
  blocked() {
    const thread = new Thread({ target: printBoth });
    thread.start();
    thread.joinSync();
    console.log('main');
  },
  /** More than a pipe holds, by several threads. */
  many() {
    const threads = ['a', 'b', 'c'].map((name) => new Thread({ target: printMany, args: [name, 2000] }));
    for (const thread of threads) thread.start();
    for (const thread of threads) thread.joinSync();
  },
  async exit() {
    const printed = new Event();
    new Thread({ target: printAndWait, args: ['printed before exit', printed] }).start();
    await printed.wait();
    process.exit(3);
  },
  async daemon() {
    const printed = new Event();
    new Thread({ target: printAndWait, args: ['daemon', printed], daemon: true }).start();
    await printed.wait();
    console.log('main done');
  },
  nonDaemon() {
    new Thread({ target: printLater, args: ['thread'] }).start();
    console.log('main done');
  },
  /** A daemon whose children are no daemons: the program waits for those. */
  grandchildren() {
    new Thread({ target: startMore }).start();
    console.log('main done');
  },
  unheard() {
    new Thread({ target: fail, name: 'W1' }).start();
  },
  async timer() {
    const late = new Timer(60, print, ['late']);
    late.start();
    late.cancel();
    await late.join();
    const soon = new Timer(0.02, print, ['soon']);
    soon.start();
    await soon.join();
    console.log(late.finished.isSet(), soon.finished.isSet(), soon.interval, soon.args, soon.function === print);
  },
  /** Nobody closes the pool. */
  async pool() {
    const pool = new ThreadPool(2);
    console.log(await pool.map(Math.abs, []));
    void pool.apply(printLater, ['from the pool']);
  },
  /** The calls are done before the program ends. */
  executor() {
    const executor = new ThreadPoolExecutor(1);
    executor.submit(printLater, 'first');
    executor.submit(printLater, 'second');
  },
};

if (isMain(import.meta)) await parts[process.argv[2]!]!();
