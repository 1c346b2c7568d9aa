/** What the processes of the bench do with queues and pipes of ours. */
import type { Connection, Queue, SimpleQueue } from '@p8/multiprocessing';

export type AnyQueue = Queue | SimpleQueue;

export type Work =
  | { readonly work: 'put'; readonly queue: AnyQueue; readonly size: number; readonly times: number }
  | { readonly work: 'answer'; readonly times: number };

export function messageOf(size: number): string | Uint8Array {
  return size < 1000 ? 'x'.repeat(size) : new Uint8Array(size);
}

/** Does one work after the other, until the connection ends. */
export function worker(commands: Connection, pipe: Connection): void {
  for (let work = commands.recvSync() as Work | null; work !== null; work = commands.recvSync() as Work | null) {
    if (work.work === 'put') putAll(work.queue, messageOf(work.size), work.times);
    else for (let i = 0; i < work.times; i++) pipe.sendSync(pipe.recvSync());
  }
}

function putAll(queue: AnyQueue, message: unknown, times: number): void {
  if ('maxsize' in queue) for (let i = 0; i < times; i++) queue.putSync(message);
  else for (let i = 0; i < times; i++) queue.put(message);
  queue.close();
}

/** Comes back: the nanoseconds of an item, the first aside. */
export function getAll(queue: AnyQueue, times: number): number {
  queue.getSync();
  const begun = process.hrtime.bigint();
  for (let i = 1; i < times; i++) queue.getSync();
  return Number(process.hrtime.bigint() - begun) / (times - 1);
}

export async function awaitAll(queue: AnyQueue, times: number): Promise<number> {
  await queue.get();
  const begun = process.hrtime.bigint();
  for (let i = 1; i < times; i++) await queue.get();
  return Number(process.hrtime.bigint() - begun) / (times - 1);
}

/** Comes back: the nanoseconds of a round trip. */
export function pingAll(pipe: Connection, message: unknown, times: number): number {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < times; i++) {
    pipe.sendSync(message);
    pipe.recvSync();
  }
  return Number(process.hrtime.bigint() - begun) / times;
}
