import { isMain, Manager, Process } from '@p8/multiprocessing';
import type {
  AcquirerProxy,
  ArrayProxy,
  BarrierProxy,
  ConditionProxy,
  DictProxy,
  EventProxy,
  ListProxy,
  NamespaceProxy,
  QueueProxy,
  RLockProxy,
  ValueProxy,
} from '@p8/multiprocessing';

export async function f(d: DictProxy<number, number>, l: ListProxy<number>, i: number) {
  await d.set(i, i * i);
  await l.append(i);
}

interface Shared {
  namespace: NamespaceProxy<{ greeting: string; answer?: string }>;
  lock: AcquirerProxy;
  rlock: RLockProxy;
  semaphore: AcquirerProxy;
  bounded: AcquirerProxy;
  condition: ConditionProxy;
  event: EventProxy;
  barrier: BarrierProxy;
  queue: QueueProxy<string>;
  value: ValueProxy<number>;
  array: ArrayProxy;
}

export async function g(shared: Shared) {
  const { namespace, lock, rlock, semaphore, bounded, condition, event, barrier, queue, value, array } = shared;
  await event.wait();
  await namespace.set('answer', `${await namespace.get('greeting')} to you`);
  await lock.with(async () => value.set((await value.get()) + 1));
  await rlock.with(() => rlock.with(() => array.set(0, 2.5)));
  await semaphore.with(() => bounded.with(() => queue.put('from the process')));
  await condition.with(() => condition.notify());
  await barrier.wait();
}

if (isMain(import.meta)) {
  await using manager = await Manager();
  const d = await manager.dict<number, number>();
  const l = await manager.list<number>();
  const processes = Array.from({ length: 10 }, (_, i) => new Process({ target: f, args: [d, l, i] }));
  for (const p of processes) p.start();
  for (const p of processes) await p.join();
  console.log((await d.items()).toSorted(([a], [b]) => a - b).join(' '));
  console.log((await l.copy()).toSorted((a, b) => a - b).join(' '));

  const shared: Shared = {
    namespace: await manager.Namespace({ greeting: 'hello' }),
    lock: await manager.Lock(),
    rlock: await manager.RLock(),
    semaphore: await manager.Semaphore(2),
    bounded: await manager.BoundedSemaphore(1),
    condition: await manager.Condition(),
    event: await manager.Event(),
    barrier: await manager.Barrier(2),
    queue: await manager.Queue(),
    value: await manager.Value('i', 41),
    array: await manager.Array('d', [0, 1]),
  };
  const { namespace, condition, event, barrier, queue, value, array } = shared;
  const p = new Process({ target: g, args: [shared] });
  p.start();
  const notified = condition.with(async () => {
    await event.set();
    return condition.wait();
  });
  console.log(await queue.get(), await notified);
  await barrier.wait();
  console.log(await namespace.get('answer'), await value.get(), await array.copy());
  await p.join();
}
