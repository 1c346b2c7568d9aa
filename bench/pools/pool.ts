/** The pools that are compared, each with a function that doubles a number in a thread; set up as their documents advise for tiny tasks. */
import { fileURLToPath } from 'node:url';
import { ThreadPool, ThreadPoolExecutor } from '@p8/threading';
import { FixedThreadPool } from 'poolifier';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import { pool as workerpool } from 'workerpool';
import { double } from './double.ts';

/** A pool under test. */
export interface Subject {
  /** Doubles one number. */
  readonly one: (x: number) => PromiseLike<number>;
  /** Doubles many, a task each: by the pool's own call for that, where it has one. */
  readonly many: (xs: readonly number[]) => Promise<readonly number[]>;
  readonly close: () => Promise<unknown>;
}

export const subjects: Readonly<Record<string, (threads: number) => Subject>> = {
  'p8 ThreadPool': (threads) => {
    const pool = new ThreadPool(threads);
    return {
      one: (x) => pool.apply(double, [x]),
      many: (xs) => pool.map(double, xs, { chunksize: 1 }),
      close: async () => await pool[Symbol.asyncDispose](),
    };
  },
  'p8 ThreadPoolExecutor': (threads) => {
    const executor = new ThreadPoolExecutor(threads);
    return each(
      (x) => executor.submit(double, x),
      async () => await executor.shutdown(),
    );
  },
  piscina: (threads) => {
    const pool = new Piscina({
      filename: file('double.ts'),
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 64,
    });
    return each(
      (x) => pool.run(x) as Promise<number>,
      async () => await pool.destroy(),
    );
  },
  tinypool: (threads) => {
    const pool = new Tinypool({
      filename: file('double.ts'),
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 64,
    });
    return each(
      (x) => pool.run(x) as Promise<number>,
      async () => await pool.destroy(),
    );
  },
  workerpool: (threads) => {
    const pool = workerpool(file('workerpool-worker.ts'), {
      minWorkers: threads,
      maxWorkers: threads,
      workerType: 'thread',
    });
    return each(
      (x) => pool.exec('double', [x]),
      async () => await pool.terminate(),
    );
  },
  poolifier: (threads) => {
    const pool = new FixedThreadPool<number, number>(threads, file('poolifier-worker.ts'));
    return each(
      (x) => pool.execute(x),
      async () => await pool.destroy(),
    );
  },
};

/** A pool without a call for many. */
export function each(one: Subject['one'], close: Subject['close']): Subject {
  return { one, many: async (xs) => await Promise.all(xs.map(one)), close };
}

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
