/** The same names, bound to a way to start. https://docs.python.org/3/library/multiprocessing.html#multiprocessing.get_context */
import { Pipe } from '../connection/pipe.ts';
import { ForkServerPool, Pool, SpawnPool } from '../pool/pool.ts';
import { JoinableQueue, Queue } from '../queue/queue.ts';
import { SimpleQueue } from '../queue/simple-queue.ts';
import { Barrier } from '../sync/barrier.ts';
import { Condition } from '../sync/condition.ts';
import { Event } from '../sync/event.ts';
import { Lock, RLock } from '../sync/lock.ts';
import { BoundedSemaphore, Semaphore } from '../sync/semaphore.ts';
import { RawArray, SharedArray } from '../sync/shared-array.ts';
import { RawValue, Value } from '../sync/value.ts';
import { cpuCount, currentProcess, parentProcess } from './current.ts';
import type { StartMethod } from './job.ts';
import { activeChildren, ForkServerProcess, Process, SpawnProcess } from './process.ts';
import { checkStartMethod, getAllStartMethods, getStartMethod } from './start-method.ts';

/** What `@p8/multiprocessing` exports, where a way to start matters or Python has it. */
export interface Context {
  readonly Process: typeof Process;
  readonly Pool: typeof Pool;
  readonly Pipe: typeof Pipe;
  readonly Queue: typeof Queue;
  readonly JoinableQueue: typeof JoinableQueue;
  readonly SimpleQueue: typeof SimpleQueue;
  readonly Lock: typeof Lock;
  readonly RLock: typeof RLock;
  readonly Condition: typeof Condition;
  readonly Semaphore: typeof Semaphore;
  readonly BoundedSemaphore: typeof BoundedSemaphore;
  readonly Event: typeof Event;
  readonly Barrier: typeof Barrier;
  readonly Value: typeof Value;
  readonly RawValue: typeof RawValue;
  readonly Array: typeof SharedArray;
  readonly RawArray: typeof RawArray;
  readonly activeChildren: typeof activeChildren;
  readonly cpuCount: typeof cpuCount;
  readonly currentProcess: typeof currentProcess;
  readonly parentProcess: typeof parentProcess;
  readonly getAllStartMethods: typeof getAllStartMethods;
  getStartMethod(): StartMethod;
}

const shared = {
  Pipe,
  Queue,
  JoinableQueue,
  SimpleQueue,
  Lock,
  RLock,
  Condition,
  Semaphore,
  BoundedSemaphore,
  Event,
  Barrier,
  Value,
  RawValue,
  Array: SharedArray,
  RawArray,
  activeChildren,
  cpuCount,
  currentProcess,
  parentProcess,
  getAllStartMethods,
};

const contexts: Readonly<Record<StartMethod, Context>> = {
  spawn: { ...shared, Process: SpawnProcess, Pool: SpawnPool, getStartMethod: () => 'spawn' },
  forkserver: { ...shared, Process: ForkServerProcess, Pool: ForkServerPool, getStartMethod: () => 'forkserver' },
};

const byDefault: Context = { ...shared, Process, Pool, getStartMethod };

/** The context of a way to start; without a name, that of {@link getStartMethod}. Raises ValueError for what there is not. */
export function getContext(method?: StartMethod): Context {
  if (method === undefined) return byDefault;
  checkStartMethod(method);
  return contexts[method];
}
