/** Items from one thread to another, through a queue or a port. */
import { once } from 'node:events';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { SimpleQueue } from '@p8/threading';
import { now } from './count.ts';

export type ItemKind = 'numbers' | 'objects';

/** A small whole number, or a small object. */
function itemOf(kind: ItemKind, i: number): unknown {
  return kind === 'numbers' ? i : { id: i, op: 'set', key: 'name', n: 1.5 };
}

/** Comes back: when it began. */
export function putAll(queue: SimpleQueue, kind: ItemKind, times: number): number {
  const begun = now();
  for (let i = 0; i < times; i++) queue.put(itemOf(kind, i));
  return begun;
}

/** Comes back: when the last item was there. */
export function getAll(queue: SimpleQueue, times: number): number {
  for (let i = 0; i < times; i++) queue.getSync();
  return now();
}

export async function awaitAll(queue: SimpleQueue, times: number): Promise<number> {
  for (let i = 0; i < times; i++) await queue.get();
  return now();
}

export function postAll(port: MessagePort, kind: ItemKind, times: number): number {
  const begun = now();
  for (let i = 0; i < times; i++) port.postMessage(itemOf(kind, i));
  return begun;
}

export async function hearAll(port: MessagePort, times: number): Promise<number> {
  let left = times;
  const { promise, resolve } = Promise.withResolvers<number>();
  port.on('message', () => {
    left -= 1;
    if (left === 0) resolve(now());
  });
  const ended = await promise;
  port.close();
  await once(port, 'close');
  return ended;
}

/** Asks again and again, since it cannot wait. */
export function pollAll(port: MessagePort, times: number): number {
  for (let left = times; left > 0;) if (receiveMessageOnPort(port) !== undefined) left -= 1;
  const ended = now();
  port.close();
  return ended;
}
