// Processes
export { Process, activeChildren } from './process/process.ts';
export type { ProcessOptions, ProcessTraits } from './process/process.ts';
export { cpuCount, currentProcess, parentProcess } from './process/current.ts';
export type { CurrentProcess, ParentProcess } from './process/current.ts';
export { getAllStartMethods, getStartMethod, setExecutable, setStartMethod } from './process/start-method.ts';
export type { StartMethod } from './process/job.ts';
export { getContext } from './process/context.ts';
export type { Context } from './process/context.ts';

// Locks: shared by code that awaits and code that blocks, in all processes
export { Lock, RLock } from './sync/lock.ts';
export { Condition } from './sync/condition.ts';
export { BoundedSemaphore, Semaphore } from './sync/semaphore.ts';
export { Event } from './sync/event.ts';
export { Barrier } from './sync/barrier.ts';
export { BrokenBarrierError, OwnerDiedError } from '@p8/threading';
export type { BarrierOptions } from '@p8/threading';

// Numbers and arrays that processes share
export { RawValue, Value } from './sync/value.ts';
export { RawArray, SharedArray, SharedArray as Array } from './sync/shared-array.ts';
export type { ValueOptions } from './sync/value-lock.ts';
export { copy, synchronized } from './sync/synchronized.ts';
export type { Amount, ArrayInit, Bits, CellValue, CellView, TypeCode } from '@p8/threading';

// Pools and executors
export { Pool } from './pool/pool.ts';
export type { PoolOptions } from './pool/pool.ts';
export { ProcessPoolExecutor } from './pool/process-pool-executor.ts';
export type { ProcessPoolExecutorOptions } from './pool/process-pool-executor.ts';
export { AsyncResult, CancelledError, MaybeEncodingError, ResultIterator, WorkerLostError } from '@p8/threading';
export type { PoolMapOptions, ResultCallbacks } from '@p8/threading';

// Memory that processes share
export { SharedMemory } from './memory/shared-memory.ts';
export type { SharedMemoryOptions } from './memory/shared-memory.ts';
export { ShareableList } from './memory/shareable-list.ts';
export type { Shareable, ShareableListOptions } from './memory/shareable-list.ts';

// Queues
export { JoinableQueue, Queue } from './queue/queue.ts';
export { SimpleQueue } from './queue/simple-queue.ts';
export { Empty, Full, ShutDown } from '@p8/threading';
export type { QueueOptions, QueueSyncOptions } from '@p8/threading';

// Connections: messages between two programs, or two parts of one
export { Connection } from './connection/connection.ts';
export type { ConnectionOptions } from './connection/connection.ts';
export { Pipe } from './connection/pipe.ts';
export type { PipeOptions } from './connection/pipe.ts';
export { Client, ClientSync } from './connection/client.ts';
export type { ClientOptions, ClientSyncOptions } from './connection/client.ts';
export { Listener } from './connection/listener.ts';
export type { ListenerOptions } from './connection/listener.ts';
export type { ConnectionAddress, Family } from './connection/address.ts';

// Objects in a process of their own
export { Manager, ManagerSync, SyncManager } from './manager/sync-manager.ts';
export type { DictContent, SharedBarrierOptions } from './manager/sync-manager.ts';
export { BaseManager } from './manager/base-manager.ts';
export type { ManagerOptions } from './manager/base-manager.ts';
export type { CreateMethods, Factory, ProxyOf, Registry, SharedType, TypeOptions } from './manager/registry.ts';
export { SharedMemoryManager } from './manager/shared-memory-manager.ts';
export { Server } from './manager/server.ts';
export type { ServerOptions } from './manager/server.ts';
export { BaseProxy } from './manager/base-proxy.ts';
export type { ProxyOptions, ProxyType } from './manager/base-proxy.ts';
export { AutoProxy, makeProxyType } from './manager/auto-proxy.ts';
export type { Remote } from './manager/remote.ts';
export { AcquirerProxy, RLockProxy } from './manager/proxies/acquirer-proxy.ts';
export { BarrierProxy } from './manager/proxies/barrier-proxy.ts';
export { ConditionProxy } from './manager/proxies/condition-proxy.ts';
export { DictProxy } from './manager/proxies/dict-proxy.ts';
export type { DictMethods } from './manager/proxies/dict-proxy.ts';
export { EventProxy } from './manager/proxies/event-proxy.ts';
export { IteratorProxy } from './manager/proxies/iterator-proxy.ts';
export { ListProxy } from './manager/proxies/list-proxy.ts';
export type { ListMethods } from './manager/proxies/list-proxy.ts';
export { NamespaceProxy } from './manager/proxies/namespace-proxy.ts';
export { PoolProxy, ResultProxy } from './manager/proxies/pool-proxy.ts';
export { QueueProxy } from './manager/proxies/queue-proxy.ts';
export { ArrayProxy, ValueProxy } from './manager/proxies/value-proxy.ts';
export { Token } from './manager/token.ts';
export { RemoteError } from './manager/remote-error.ts';

// The first of several
export { wait, waitSync } from './wait.ts';
export type { Waitable } from './wait.ts';

// What objects are sent with
export { cloneCodec } from './connection/codec.ts';
export { pickleCodec } from './connection/pickle-codec.ts';
export type { Codec } from './connection/codec.ts';

// Proving a key
export {
  answerChallenge,
  answerChallengeSync,
  deliverChallenge,
  deliverChallengeSync,
} from './connection/handshake.ts';
export type { HandshakeOptions } from './connection/handshake.ts';
export type { Digest } from './connection/digest.ts';

// Descriptors on a connection
export { recvHandle, recvHandleSync, sendHandle, sendHandleSync } from './connection/handles.ts';

// Errors
export { AuthenticationError, BrokenProcessPool, BufferTooShort, ProcessError } from './process-errors.ts';
export { TimeoutError } from '@p8/errors';

// What other modules of a program with processes need
export { isMain, reduce, reducible } from '@p8/pickle';
