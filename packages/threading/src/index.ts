// Locks: shared by code that awaits and code that blocks, in all threads
export { Lock } from './lock.ts';
export { RLock } from './rlock.ts';
export { Condition } from './condition.ts';
export { BoundedSemaphore, Semaphore } from './semaphore.ts';
export { Event } from './event.ts';
export { Barrier, BrokenBarrierError } from './barrier.ts';
export type { BarrierOptions } from './barrier.ts';
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

// What every waiting call takes
export { TIMEOUT_MAX } from './waiting.ts';
export type { AcquireOptions, AcquireSyncOptions, BlockOptions, Seconds, WaitOptions } from './waiting.ts';
export { RuntimeError as ThreadError } from '@p8/errors';

// What other modules of a program with threads need
export { reduce } from '@p8/pickle';
