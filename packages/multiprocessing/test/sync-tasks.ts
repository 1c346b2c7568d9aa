/** What the processes of the tests of locks and values do. */
import { ftruncateSync } from 'node:fs';
import { Queue, Thread } from '@p8/threading';
import { Barrier, BoundedSemaphore, Event, Process, RawArray, RawValue, Semaphore, SharedArray } from '../src/index.ts';
import type { Connection, Lock, RLock, Value } from '../src/index.ts';

export function nothing(): void {}

export function add(array: RawArray<'d'>, lock: Lock): void {
  lock.withSync(() => array.add(0, 1));
}

/** Tries to change the size of memory that others have mapped. */
export function cutsOff({ memory }: RawArray): void {
  try {
    ftruncateSync((memory as unknown as { readonly segment: { readonly fd: number } }).segment.fd, 0);
  } catch {
    return;
  }
  throw new Error('it was cut off');
}

/** What an object is and holds, as text. */
export function described(object: unknown): string {
  const { name } = (object as object).constructor;
  if (object instanceof Semaphore || object instanceof BoundedSemaphore) return `${name} ${object.getValue()}`;
  if (object instanceof Event) return `${name} ${object.isSet()}`;
  if (object instanceof Barrier) return `${name} ${object.parties}`;
  if (object instanceof RawArray || object instanceof SharedArray)
    return `${name} ${object.type} ${[...object].join()}`;
  if (object instanceof RawValue) return `${name} ${object.type} ${String(object.value)}`;
  return name;
}

/** Here, in a thread, and as they come by a connection. */
export async function describes(connection: Connection, objects: readonly unknown[]): Promise<void> {
  await connection.send(objects.map(described));
  const texts = new Queue<readonly string[]>();
  const thread = new Thread({ target: describesInto, args: [objects, texts] });
  thread.start();
  await connection.send(await texts.get());
  await thread.join();
  const { again } = (await connection.recv()) as { readonly again: readonly unknown[] };
  await connection.send(again.map(described));
}

export function describesInto(objects: readonly unknown[], texts: Queue<readonly string[]>): void {
  texts.putSync(objects.map(described));
}

export async function passesOn(value: RawValue<'i'>, lock: Lock, times: number): Promise<void> {
  await lock.with(() => value.add(1));
  if (times === 0) return;
  using child = new Process({ target: passesOn, args: [value, lock, times - 1] });
  child.start();
  await child.join();
}

export function increments(value: Value<'i'>, array: SharedArray<'i'>, times: number): void {
  for (let i = 0; i < times; i++) {
    value.withSync(() => (value.value = value.value + 1));
    array.withSync(() => array.set(0, array.get(0) + 1));
  }
}

export function fails(lock: RLock): void {
  lock.release();
}
