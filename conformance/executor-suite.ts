/**
 * One suite for every executor, of threads or of processes. With CPython's test_concurrent_futures (executor, shutdown, wait), re-expressed: its
 * names stand in comments.
 */
import { describe, expect, test } from 'vitest';
import { RuntimeError, TimeoutError, ValueError } from '@p8/errors';
import { asCompleted, CancelledError, wait } from '@p8/threading';
import type { Event, Executor } from '@p8/threading';
import * as tasks from './executor-tasks.ts';

/** How the executors of a kind are made. */
export interface ExecutorKind {
  /** With so many workers, at most. */
  readonly make: (workers: number) => Executor;
  /** An event that workers can be given. */
  readonly event: () => Event;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

export function executorSuite(name: string, { make, event }: ExecutorKind): void {
  describe(name, () => {
    // test_submit, test_submit_keyword
    test('submit gives a future of the result', async () => {
      await using executor = make(2);
      expect(await executor.submit(tasks.power, 2, 8)).toBe(256);
      expect(executor.submit(tasks.power, 2, 9).resultSync()).toBe(512);
      expect(await executor.submit(tasks.later, 'x').result(60)).toBe('x');
    });

    // test_thread_initiated_cancel..., test_traceback
    test('the error of a call is its future’s', async () => {
      await using executor = make(1);
      const future = executor.submit(tasks.fail, 'bad');
      await expect(future).rejects.toEqual(new ValueError('bad'));
      expect(future.exceptionSync()).toBe(await future.exception());
      expect(executor.submit(tasks.fail, 'worse').exceptionSync()).toEqual(new ValueError('worse'));
    });

    // test_map, test_map_exception, test_map_timeout
    test('map keeps the order', async () => {
      await using executor = make(2);
      expect(await collect(executor.map(tasks.power, range(10), range(10)))).toEqual(range(10).map((n) => n ** n));
      expect(await collect(executor.map(tasks.power, [2, 3, 4], [1]))).toEqual([2]);
      expect(await collect(executor.map(tasks.later as (n: number) => unknown, range(50), { chunksize: 7 }))).toEqual(
        range(50),
      );
      expect(await collect(executor.map(tasks.later as (n: number) => unknown, []))).toEqual([]);
    });

    test('map raises the first error in its place', async () => {
      await using executor = make(2);
      const results = executor.map(tasks.failAbove, [1, 2, 3, 4], [2, 2, 2, 2]);
      expect([(await results.next()).value, (await results.next()).value]).toEqual([1, 2]);
      await expect(results.next()).rejects.toThrow('3 is above 2');
      expect(await results.next()).toEqual({ done: true, value: undefined });
    });

    test('map has a time limit for all', async () => {
      await using executor = make(1);
      const go = event();
      const results = executor.map(tasks.waitFor, [go], { timeout: 0.02 });
      await expect(results.next()).rejects.toBeInstanceOf(TimeoutError);
      go.set();
    });

    // test_map_buffersize_...
    test('map with a buffer asks for no more than it holds', async () => {
      await using executor = make(1);
      let asked = 0;
      const endless = (function* () {
        for (;;) yield asked++;
      })();
      const results = executor.map(tasks.later, endless, { buffersize: 3 });
      expect(asked).toBe(3);
      expect((await results.next()).value).toBe(0);
      expect(asked).toBe(4);
      await results.return(undefined);
    });

    test.each([
      ['chunksize', { chunksize: 0 }],
      ['buffersize', { buffersize: -1 }],
    ])('map refuses a %s below 1', async (option, options) => {
      await using executor = make(1);
      expect(() => executor.map(tasks.later as (n: number) => unknown, [1], options)).toThrow(
        `${option} must be a whole number from 1 up`,
      );
      expect(() => executor.map(tasks.later as (n: number) => unknown, 5 as never)).toThrow(/must be iterable/);
      expect(() => (executor.map as (fn: unknown) => unknown)(tasks.later)).toThrow(/an iterable is missing/);
    });

    // test_cancel_futures, test_max_workers...: what has begun cannot be cancelled
    test('a call is cancelled only before it has begun', async () => {
      await using executor = make(1);
      const [started, go] = [event(), event()];
      const first = executor.submit(tasks.startAndWait, started, go);
      const second = executor.submit(tasks.power, 2, 2);
      await started.wait();
      expect([first.running(), first.cancel(), second.running(), second.cancel()]).toEqual([true, false, false, true]);
      await expect(second).rejects.toBeInstanceOf(CancelledError);
      go.set();
      await first;
      expect(await executor.submit(tasks.power, 2, 3)).toBe(8);
    });

    // test_run_after_shutdown, test_hang_issue12364
    test('after shutdown nothing is taken, and what was is done', async () => {
      const executor = make(2);
      const futures = range(20).map((n) => executor.submit(tasks.later, n));
      await executor.shutdown();
      await executor.shutdown();
      expect(await Promise.all(futures)).toEqual(range(20));
      expect(() => executor.submit(tasks.power, 1, 1)).toThrow(
        new RuntimeError('cannot schedule new futures after shutdown'),
      );
    });

    // test_shutdown_no_wait, test_cancel_futures
    test('shutdown need not wait, and can cancel what has not begun', async () => {
      const executor = make(1);
      const [started, go] = [event(), event()];
      const first = executor.submit(tasks.startAndWait, started, go);
      const others = range(5).map((n) => executor.submit(tasks.later, n));
      await started.wait();
      await executor.shutdown({ wait: false, cancelFutures: true });
      expect(others.every((future) => future.cancelled())).toBe(true);
      go.set();
      await first;
      await executor.shutdown();
    });

    test('wait and asCompleted see its futures', async () => {
      await using executor = make(2);
      const futures = range(5).map((n) => executor.submit(tasks.later, n));
      expect((await wait(futures)).done.size).toBe(5);
      const results: number[] = [];
      for await (const { future } of asCompleted(range(5).map((n) => executor.submit(tasks.later, n)))) {
        results.push(Number(future.resultSync()));
      }
      expect(new Set(results)).toEqual(new Set(range(5)));
    });

    // test_free_reference, test_idle_process_reuse_multiple
    test('many calls lose and mix up nothing', async () => {
      await using executor = make(3);
      const futures = range(3000).map((n) => executor.submit(tasks.power, n, 1));
      expect(await Promise.all(futures)).toEqual(range(3000));
    });
  });
}
