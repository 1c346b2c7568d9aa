/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager */
import { importable } from '@p8/pickle';
import type { Seconds } from '@p8/threading';
import { BaseManager } from './base-manager.ts';
import type { ManagerOptions } from './base-manager.ts';
import type { Keywords } from './wire.ts';
import type { BaseProxy } from './base-proxy.ts';
import { AcquirerProxy, RLockProxy } from './proxies/acquirer-proxy.ts';
import { BarrierProxy } from './proxies/barrier-proxy.ts';
import { ConditionProxy } from './proxies/condition-proxy.ts';
import { DictProxy } from './proxies/dict-proxy.ts';
import { EventProxy } from './proxies/event-proxy.ts';
import { IteratorProxy } from './proxies/iterator-proxy.ts';
import { ListProxy } from './proxies/list-proxy.ts';
import { NamespaceProxy } from './proxies/namespace-proxy.ts';
import { PoolProxy, ResultProxy } from './proxies/pool-proxy.ts';
import { QueueProxy } from './proxies/queue-proxy.ts';
import { ArrayProxy, ValueProxy } from './proxies/value-proxy.ts';
import { registerPythonTypes } from './proxy-types.ts';
import { ManagedBarrier } from './types/managed-barrier.ts';
import { ManagedCondition } from './types/managed-condition.ts';
import { ManagedDict } from './types/managed-dict.ts';
import { ManagedEvent } from './types/managed-event.ts';
import { ManagedIterator } from './types/managed-iterator.ts';
import { ManagedList } from './types/managed-list.ts';
import { ManagedLock, ManagedRLock } from './types/managed-lock.ts';
import { ManagedNamespace } from './types/managed-namespace.ts';
import { ManagedPool, ManagedResult } from './types/managed-pool.ts';
import { ManagedQueue } from './types/managed-queue.ts';
import { ManagedBoundedSemaphore, ManagedSemaphore } from './types/managed-semaphore.ts';
import { ManagedArray, ManagedValue } from './types/managed-value.ts';

/** What a dict is made of. */
export type DictContent<K, V> = ReadonlyMap<K, V> | Iterable<readonly [K, V]> | Readonly<Record<string, V>>;

export interface SharedBarrierOptions {
  /** Called in the server by the one who comes last: an exported function. */
  readonly action?: (() => unknown) | undefined;
  /** The time limit of a wait that gives none. Default: null, no limit. */
  readonly timeout?: Seconds | null | undefined;
}

/** A manager of what programs share most. Each method makes an object in the server, and gives a proxy of it; its twin blocks. */
export class SyncManager extends BaseManager {
  /** An empty list, or one of these items. */
  async list<T = unknown>(items?: Iterable<T>): Promise<ListProxy<T>> {
    return (await this.create('list', given(items && [...items]))) as ListProxy<T>;
  }

  listSync<T = unknown>(items?: Iterable<T>): ListProxy<T> {
    return this.createSync('list', given(items && [...items])) as ListProxy<T>;
  }

  /** An empty dict, or one with these entries. */
  async dict<K = unknown, V = unknown>(content?: DictContent<K, V>): Promise<DictProxy<K, V>> {
    return (await this.create('dict', given(contentOf(content)))) as DictProxy<K, V>;
  }

  dictSync<K = unknown, V = unknown>(content?: DictContent<K, V>): DictProxy<K, V> {
    return this.createSync('dict', given(contentOf(content))) as DictProxy<K, V>;
  }

  /** A bag of attributes. */
  async Namespace<A extends object = Record<string, unknown>>(attributes?: A): Promise<NamespaceProxy<A>> {
    return (await this.create('Namespace', [], attributes as Keywords)) as NamespaceProxy<A>;
  }

  NamespaceSync<A extends object = Record<string, unknown>>(attributes?: A): NamespaceProxy<A> {
    return this.createSync('Namespace', [], attributes as Keywords) as NamespaceProxy<A>;
  }

  async Lock(): Promise<AcquirerProxy> {
    return (await this.create('Lock')) as AcquirerProxy;
  }

  LockSync(): AcquirerProxy {
    return this.createSync('Lock') as AcquirerProxy;
  }

  async RLock(): Promise<RLockProxy> {
    return (await this.create('RLock')) as RLockProxy;
  }

  RLockSync(): RLockProxy {
    return this.createSync('RLock') as RLockProxy;
  }

  async Semaphore(value = 1): Promise<AcquirerProxy> {
    return (await this.create('Semaphore', [value])) as AcquirerProxy;
  }

  SemaphoreSync(value = 1): AcquirerProxy {
    return this.createSync('Semaphore', [value]) as AcquirerProxy;
  }

  async BoundedSemaphore(value = 1): Promise<AcquirerProxy> {
    return (await this.create('BoundedSemaphore', [value])) as AcquirerProxy;
  }

  BoundedSemaphoreSync(value = 1): AcquirerProxy {
    return this.createSync('BoundedSemaphore', [value]) as AcquirerProxy;
  }

  async Condition(): Promise<ConditionProxy> {
    return (await this.create('Condition')) as ConditionProxy;
  }

  ConditionSync(): ConditionProxy {
    return this.createSync('Condition') as ConditionProxy;
  }

  async Event(): Promise<EventProxy> {
    return (await this.create('Event')) as EventProxy;
  }

  EventSync(): EventProxy {
    return this.createSync('Event') as EventProxy;
  }

  async Barrier(parties: number, options: SharedBarrierOptions = {}): Promise<BarrierProxy> {
    return (await this.create('Barrier', barrierArguments(parties, options))) as BarrierProxy;
  }

  BarrierSync(parties: number, options: SharedBarrierOptions = {}): BarrierProxy {
    return this.createSync('Barrier', barrierArguments(parties, options)) as BarrierProxy;
  }

  /** A queue; with a maxsize, putting waits while so many items are in it. */
  async Queue<T = unknown>(maxsize = 0): Promise<QueueProxy<T>> {
    return (await this.create('Queue', [maxsize])) as QueueProxy<T>;
  }

  QueueSync<T = unknown>(maxsize = 0): QueueProxy<T> {
    return this.createSync('Queue', [maxsize]) as QueueProxy<T>;
  }

  async JoinableQueue<T = unknown>(maxsize = 0): Promise<QueueProxy<T>> {
    return (await this.create('JoinableQueue', [maxsize])) as QueueProxy<T>;
  }

  JoinableQueueSync<T = unknown>(maxsize = 0): QueueProxy<T> {
    return this.createSync('JoinableQueue', [maxsize]) as QueueProxy<T>;
  }

  /** A pool of processes of the server: so many, or as many as threads can run at once there. */
  async Pool(processes: number | null = null): Promise<PoolProxy> {
    return (await this.create('Pool', [processes])) as PoolProxy;
  }

  PoolSync(processes: number | null = null): PoolProxy {
    return this.createSync('Pool', [processes]) as PoolProxy;
  }

  /** One value. The type code is Python's, which looks at it no more than we do. */
  async Value<T>(typecode: string, value: T): Promise<ValueProxy<T>> {
    return (await this.create('Value', [typecode, value])) as ValueProxy<T>;
  }

  ValueSync<T>(typecode: string, value: T): ValueProxy<T> {
    return this.createSync('Value', [typecode, value]) as ValueProxy<T>;
  }

  /** Numbers of one kind, by the codes of Python's `array`: 'i' and its like are whole, 'f' and 'd' are not. */
  async Array(typecode: string, sequence: Iterable<number>): Promise<ArrayProxy> {
    return (await this.create('Array', [typecode, [...sequence]])) as ArrayProxy;
  }

  ArraySync(typecode: string, sequence: Iterable<number>): ArrayProxy {
    return this.createSync('Array', [typecode, [...sequence]]) as ArrayProxy;
  }
}

function given(content: unknown): readonly unknown[] {
  return content === undefined ? [] : [content];
}

function contentOf<K, V>(content: DictContent<K, V> | undefined): unknown {
  if (content === undefined || content instanceof Map || !(Symbol.iterator in content)) return content;
  return new Map(content as Iterable<readonly [K, V]>);
}

function barrierArguments(parties: number, { action, timeout }: SharedBarrierOptions): readonly unknown[] {
  return action === undefined && timeout === undefined ? [parties] : [parties, action ?? null, timeout ?? null];
}

const types = {
  list: { callable: ManagedList, proxyType: ListProxy },
  dict: { callable: ManagedDict, proxyType: DictProxy },
  Namespace: { callable: ManagedNamespace, proxyType: NamespaceProxy },
  Lock: { callable: ManagedLock, proxyType: AcquirerProxy },
  RLock: { callable: ManagedRLock, proxyType: RLockProxy },
  Semaphore: { callable: ManagedSemaphore, proxyType: AcquirerProxy },
  BoundedSemaphore: { callable: ManagedBoundedSemaphore, proxyType: AcquirerProxy },
  Condition: { callable: ManagedCondition, proxyType: ConditionProxy },
  Event: { callable: ManagedEvent, proxyType: EventProxy },
  Barrier: { callable: ManagedBarrier, proxyType: BarrierProxy },
  Queue: { callable: ManagedQueue, proxyType: QueueProxy },
  JoinableQueue: { callable: ManagedQueue, proxyType: QueueProxy },
  Pool: { callable: ManagedPool, proxyType: PoolProxy },
  AsyncResult: { callable: ManagedResult, proxyType: ResultProxy },
  Value: { callable: ManagedValue, proxyType: ValueProxy },
  Array: { callable: ManagedArray, proxyType: ArrayProxy },
  Iterator: { callable: ManagedIterator, proxyType: IteratorProxy },
};

// the methods are those of the class
for (const [typeid, type] of Object.entries(types))
  SyncManager.register<typeof SyncManager, string, unknown, never, BaseProxy>(typeid, {
    ...(type as { callable: new (...args: never) => unknown; proxyType: never }),
    createMethod: false,
  });

registerPythonTypes({
  AcquirerProxy,
  ArrayProxy,
  BarrierProxy,
  ConditionProxy,
  DictProxy,
  EventProxy,
  IteratorProxy,
  ListProxy,
  NamespaceProxy,
  PoolProxy,
  ValueProxy,
});

// in a bundle nobody exports them
importable(import.meta, {
  ManagedArray,
  ManagedBarrier,
  ManagedBoundedSemaphore,
  ManagedCondition,
  ManagedDict,
  ManagedEvent,
  ManagedIterator,
  ManagedList,
  ManagedLock,
  ManagedNamespace,
  ManagedPool,
  ManagedQueue,
  ManagedResult,
  ManagedRLock,
  ManagedSemaphore,
  ManagedValue,
});

/** A manager whose server runs: Python's `multiprocessing.Manager()`. Declare it with `await using`, or shut it down. */
export async function Manager(options: ManagerOptions = {}): Promise<SyncManager> {
  const manager = new SyncManager(options);
  await manager.start();
  return manager;
}

export function ManagerSync(options: ManagerOptions = {}): SyncManager {
  const manager = new SyncManager(options);
  manager.startSync();
  return manager;
}
