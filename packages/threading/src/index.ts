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

// What every waiting call takes
export { TIMEOUT_MAX } from './waiting.ts';
export type { AcquireOptions, AcquireSyncOptions, BlockOptions, Seconds, WaitOptions } from './waiting.ts';
export { RuntimeError as ThreadError } from '@p8/errors';

// What other modules of a program with threads need
export { reduce } from '@p8/pickle';
