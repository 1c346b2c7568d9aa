// For the other packages of p8, which build upon this one; no part of what users are promised.

// Who shares the words of a lock
export { setProcessRealm } from './realm.ts';
export type { Parked, Realm } from './realm.ts';
export type { Allocate, ObjectMemory, Place } from './place.ts';

// How long to look before sleeping
export { Patience } from './patience.ts';

// The machine of all pools, and what its members are
export { Crew } from './crew.ts';
export type { Answer, Carrier, Employer, Member, Outcome, Recruiter } from './recruiter.ts';
export { PoolWorker } from './pool-worker.ts';
export type { Line } from './pool-worker.ts';
export type { NumberMemory, Room } from './number-rooms.ts';
export type { Callable } from './task.ts';
export { tableBytes, TaskTable } from './task-table.ts';
export { hear } from './inbox.ts';
export type { Caller } from './inbox.ts';
export { loadSoon } from './load-soon.ts';
export { keepAlive } from './keep-alive.ts';
export { sendFailure } from './send-failure.ts';

// Plain data as bytes
export { PlainCodec } from './plain-codec.ts';
export { PLAIN, Record } from './record.ts';

// What pools and executors offer
export { BasePool } from './base-pool.ts';
export { PoolExecutor } from './pool-executor.ts';
export { checkInitializer } from './initializing.ts';
export type { Initializing } from './initializing.ts';

// Where a queue lies
export { FIRST_SIZE, OUTSIDE_COUNT, QUEUE_WORDS } from './queue-memory.ts';
export { OUTSIDE } from './record.ts';
export type { Freight, QueueSpace } from './queue-space.ts';
