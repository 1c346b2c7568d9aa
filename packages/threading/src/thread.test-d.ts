/** What the types of threads and pools allow, and what must not compile. */
import { expectTypeOf } from 'vitest';
import { asCompleted, Thread, ThreadPool, ThreadPoolExecutor, Timer, wait } from './index.ts';
import type { AsyncResult, Future } from './index.ts';

declare function work(count: number, name?: string): void;
declare function measure(file: string): Promise<bigint>;
declare function add(a: number, b: number): number;
declare function ready(): boolean;
declare const pool: ThreadPool;
declare const executor: ThreadPoolExecutor;

void new Thread({ target: work, args: [1] });
void new Thread({ target: work, args: [1, 'name'], daemon: true });
void new Thread({ target: ready });
void new Thread({ name: 'for a subclass' });
expectTypeOf([new Thread({ target: work, args: [1] }), new Thread({ target: ready })]).toExtend<Thread[]>();
// @ts-expect-error args are missing
void new Thread({ target: work });
// @ts-expect-error the wrong type
void new Thread({ target: work, args: ['1'] });
// @ts-expect-error one too many
void new Thread({ target: work, args: [1, 'name', 2] });
// @ts-expect-error there is no such parameter
void new Thread({ target: ready, args: [1] });
// @ts-expect-error args without target
void new Thread({ args: [1] });

void new Timer(1, work, [1]);
void new Timer(1, ready);
// @ts-expect-error args are missing
void new Timer(1, work);

expectTypeOf(pool.apply(add, [1, 2])).toEqualTypeOf<Promise<number>>();
expectTypeOf(pool.apply(measure, ['x'])).toEqualTypeOf<Promise<bigint>>();
expectTypeOf(pool.applySync(measure, ['x'])).toEqualTypeOf<bigint>();
expectTypeOf(pool.applyAsync(ready)).toEqualTypeOf<AsyncResult<boolean>>();
expectTypeOf(pool.map(measure, ['x'])).toEqualTypeOf<Promise<bigint[]>>();
expectTypeOf(pool.starmap(add, [[1, 2]])).toEqualTypeOf<Promise<number[]>>();
expectTypeOf(pool.imap(measure, ['x']).next()).toEqualTypeOf<Promise<IteratorResult<bigint, undefined>>>();
expectTypeOf(pool.starmapAsync(add, [[1, 2]])).toEqualTypeOf<AsyncResult<number[]>>();
expectTypeOf(pool.mapAsync(measure, ['x']).get()).toEqualTypeOf<Promise<bigint[]>>();
void pool.applyAsync(measure, ['x'], { callback: (size) => expectTypeOf(size).toEqualTypeOf<bigint>() });
void pool.mapAsync(measure, ['x'], { callback: (sizes) => expectTypeOf(sizes).toEqualTypeOf<bigint[]>() });
// @ts-expect-error args are missing
void pool.apply(add);
// @ts-expect-error one too many
void pool.applyAsync(ready, [1]);
// @ts-expect-error a function of several parameters needs starmap
void pool.map(add, [1]);
// @ts-expect-error the wrong items
void pool.imapUnordered(measure, [1]);
// @ts-expect-error the wrong type
void pool.apply(add, [1, '2']);
// @ts-expect-error the wrong items
void pool.map(measure, [1]);
// @ts-expect-error the wrong items
void pool.starmap(add, [[1]]);

void new ThreadPool(2, { initializer: work, initargs: [1] });
void new ThreadPoolExecutor({ initializer: ready });
// @ts-expect-error initargs are missing
void new ThreadPool(2, { initializer: work });
// @ts-expect-error the wrong type
void new ThreadPoolExecutor({ initializer: work, initargs: ['1'] });
expectTypeOf(new ThreadPool(2, { initializer: work, initargs: [1] })).toExtend<ThreadPool>();

expectTypeOf(executor.submit(add, 1, 2)).toEqualTypeOf<Future<number>>();
expectTypeOf(executor.submit(measure, 'x')).toEqualTypeOf<Future<bigint>>();
expectTypeOf(executor.submit(measure, 'x').result()).toEqualTypeOf<Promise<bigint>>();
// @ts-expect-error one is missing
executor.submit(add, 1);
for await (const size of executor.map(measure, ['x'], { timeout: 1 })) expectTypeOf(size).toEqualTypeOf<bigint>();
for await (const sum of executor.map(add, [1], [2])) expectTypeOf(sum).toEqualTypeOf<number>();
// @ts-expect-error an iterable is missing
executor.map(add, [1]);
for await (const { future } of asCompleted([executor.submit(add, 1, 2)])) {
  expectTypeOf(future).toEqualTypeOf<Future<number>>();
}
expectTypeOf((await wait([executor.submit(add, 1, 2)])).done).toEqualTypeOf<Set<Future<number>>>();
