/** The pools of processes that are compared, each with a function that doubles a number; set up as their documents advise for tiny tasks. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Pool, ProcessPoolExecutor } from '@p8/multiprocessing';
import { Worker as JestWorker } from 'jest-worker';
import { FixedClusterPool } from 'poolifier';
import { Tinypool } from 'tinypool';
import { pool as workerpool } from 'workerpool';
import { double } from './double.ts';
import { each } from './pool.ts';
import type { Subject } from './pool.ts';

export const subjects: Readonly<Record<string, (workers: number) => Subject>> = {
  'p8 Pool': (workers) => {
    const pool = new Pool(workers);
    return {
      one: (x) => pool.apply(double, [x]),
      many: (xs) => pool.map(double, xs, { chunksize: 1 }),
      close: async () => await pool[Symbol.asyncDispose](),
    };
  },
  'p8 ProcessPoolExecutor': (workers) => {
    const executor = new ProcessPoolExecutor(workers);
    return each(
      (x) => executor.submit(double, x),
      async () => await executor.shutdown(),
    );
  },
  'tinypool, child_process': (workers) => {
    const pool = new Tinypool({
      runtime: 'child_process',
      filename: file('double.ts'),
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 64,
    });
    return each(
      (x) => pool.run(x) as Promise<number>,
      async () => await pool.destroy(),
    );
  },
  'workerpool, process': (workers) => {
    const pool = workerpool(file('workerpool-worker.ts'), {
      minWorkers: workers,
      maxWorkers: workers,
      workerType: 'process',
    });
    return each(
      (x) => pool.exec('double', [x]),
      async () => await pool.terminate(),
    );
  },
  'poolifier, cluster': (workers) => {
    const pool = new FixedClusterPool<number, number>(workers, file('poolifier-cluster-worker.ts'));
    return each(
      (x) => pool.execute(x),
      async () => await pool.destroy(),
    );
  },
  'jest-worker': (workers) => {
    const pool = new JestWorker(file('double.ts'), {
      numWorkers: workers,
      enableWorkerThreads: false,
      exposedMethods: ['double'],
      forkOptions: { serialization: 'advanced' },
    }) as JestWorker & { double(x: number): Promise<number> };
    return each(
      (x) => pool.double(x),
      async () => await pool.end(),
    );
  },
};

/** CPython's Pool, which takes its own times. */
export class PythonPool {
  readonly #child = spawn('python3', ['-u', file('python-pool.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();

  /** Seconds of `many` tasks of one number, of `chunked` numbers in default chunks, or of each `one` of them. */
  async measure(what: 'start' | 'many' | 'chunked' | 'one', count: number): Promise<number[]> {
    this.#child.stdin.write(`${what} ${count}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value as string) as number[];
  }

  close(): void {
    this.#child.stdin.end();
  }
}

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
