/** What processes of the tests of queues do. */
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { closeFd } from '@p8/socket';
import type { Socket } from '@p8/socket';
import { MemoryError } from '@p8/errors';
import { OpenFile } from './descriptor-tasks.ts';
import type { Connection, Lock, Queue, SimpleQueue } from '../src/index.ts';

export function putsThree(queue: Queue | SimpleQueue): void {
  queue.putNowait([42, null, 'hello']);
}

/** Blocks for each item, and answers on the socket that it holds. */
export function servesSync(queue: Queue<Socket | null>): void {
  for (let sock = queue.getSync(); sock !== null; sock = queue.getSync()) {
    sock.sendallSync(`${process.pid}\n`);
    sock.close();
  }
}

export async function passesOn(from: Queue, to: Queue): Promise<void> {
  for await (const item of from) await to.put(item);
}

/** Puts numbers up to a count, each under the name of its process. */
export function putsMany(queue: Queue<readonly [string, number]>, name: string, count: number): void {
  for (let i = 0; i < count; i++) queue.putSync([name, i]);
}

/** Puts numbers for ever, every tenth with a descriptor. */
export function putsForEver(queue: Queue, started: Connection): void {
  started.sendSync('started');
  const file = new OpenFile(openSync('/dev/null', 'r'));
  for (let i = 0; ; i++) queue.putSync(i % 10 === 0 ? [i, file] : i);
}

/** Takes items for ever, and tells the number of each. */
export function getsForEver(queue: Queue, taken: Connection): void {
  for (;;) {
    const item = queue.getSync();
    const [number, file] = Array.isArray(item) ? (item as [number, OpenFile]) : [item as number, undefined];
    if (file !== undefined) closeFd(file.fd);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(number);
    taken.sendBytesSync(bytes);
  }
}

/** Takes the lock that it gets from the queue. */
export function locksFrom(queue: Queue<Lock>, report: Connection): void {
  const lock = queue.getSync();
  report.sendSync(lock.acquireSync({ blocking: false }));
}

/** No file may be larger than this: puts until there is no memory, and goes on then. */
export function fillsMemory(queue: Queue, report: Connection): void {
  process.on('SIGXFSZ', () => {});
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=1000000:']);
  let count = 0;
  let error: unknown;
  try {
    for (;;) {
      queue.putNowait(Buffer.alloc(100_000, count));
      count += 1;
    }
  } catch (reason) {
    error = reason;
  }
  const first = queue.getNowait() as Buffer;
  queue.putNowait('after');
  report.sendSync([error instanceof MemoryError, String(error), count, first.length, queue.qsize()]);
}
