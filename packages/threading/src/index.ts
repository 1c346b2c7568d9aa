// Threads
export { Thread } from './thread.ts';
export type { ThreadOptions, ThreadTraits } from './thread.ts';
export { WorkerLostError } from './worker-lost-error.ts';
export {
  activeCount,
  currentThread,
  enumerateThreads,
  enumerateThreads as enumerate,
  getIdent,
  getNativeId,
  mainThread,
} from './current-thread.ts';
export { stackSize } from './stack-size.ts';
export { excepthook, setExcepthook } from './excepthook.ts';
export type { ExceptHook, ExceptHookArgs } from './excepthook.ts';
export { Timer } from './timer.ts';
export { ThreadLocal, ThreadLocal as local } from './thread-local.ts';
export { concurrentTee, serializeIterator, synchronizedIterator } from './iterators.ts';

// Locks: shared by code that awaits and code that blocks, in all threads
export { Lock } from './lock.ts';
export { RLock } from './rlock.ts';
export { Condition } from './condition.ts';
export { BoundedSemaphore, Semaphore } from './semaphore.ts';
export { Event, Event as ThreadEvent } from './event.ts';
export { Barrier, BrokenBarrierError } from './barrier.ts';
export type { BarrierOptions } from './barrier.ts';
export { OwnerDiedError } from './mutex.ts';
export { debugLocks } from './debug-locks.ts';
export type { DebugLocksOptions } from './debug-locks.ts';
export type { LockReport } from './lock-watch.ts';
export { LockLike } from './lock-like.ts';
export type { Held } from './lock-like.ts';

// Queues between threads
export { Queue } from './queue.ts';
export { LifoQueue } from './lifo-queue.ts';
export { PriorityQueue } from './priority-queue.ts';
export type { Compare } from './priority-queue.ts';
export { SimpleQueue } from './simple-queue.ts';
export { Empty, Full, ShutDown } from './queue-errors.ts';
export type { QueueOptions, QueueSyncOptions } from './base-queue.ts';

// Pools
export { ThreadPool } from './thread-pool.ts';
export type { ThreadPoolOptions } from './thread-pool.ts';
export type { PoolMapOptions } from './base-pool.ts';
export { AsyncResult } from './async-result.ts';
export type { ResultCallbacks } from './async-result.ts';
export { ResultIterator } from './imap.ts';

// Executors and futures
export { Executor } from './executor.ts';
export type { Iterables, MapOptions, ShutdownOptions } from './executor.ts';
export { ThreadPoolExecutor, ThreadPoolExecutor as InterpreterPoolExecutor } from './thread-pool-executor.ts';
export type { ThreadPoolExecutorOptions } from './thread-pool-executor.ts';
export { Future } from './future.ts';
export { ALL_COMPLETED, asCompleted, FIRST_COMPLETED, FIRST_EXCEPTION, wait, waitSync } from './wait.ts';
export type { Completed, ReturnWhen, Waited } from './wait.ts';
export {
  BrokenExecutor,
  BrokenThreadPool,
  BrokenThreadPool as BrokenInterpreterPool,
  CancelledError,
  InvalidStateError,
  MaybeEncodingError,
} from './future-errors.ts';

// Numbers, arrays, bytes and texts in shared memory
export { RawValue, Value } from './value.ts';
export { RawArray, SharedArray, SharedArray as Array } from './shared-array.ts';
export type { ArrayInit } from './shared-array.ts';
export { SharedBytes } from './shared-bytes.ts';
export { SharedString } from './shared-string.ts';
export { copy, synchronized } from './synchronized.ts';
export type { Amount, Bits, CellValue, CellView, TypeCode } from './cells.ts';
export type { ValueOptions } from './value-lock.ts';

// What every waiting call takes
export { TIMEOUT_MAX } from './waiting.ts';
export type {
  AcquireOptions,
  AcquireSyncOptions,
  BlockOptions,
  Seconds,
  SignalOptions,
  WaitOptions,
} from './waiting.ts';
export { RuntimeError as ThreadError, TimeoutError } from '@p8/errors';

// What other modules of a program with threads need
export { isMain, reduce, reducible } from '@p8/pickle';
