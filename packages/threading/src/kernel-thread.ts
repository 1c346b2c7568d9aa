/** The number by which a lock knows its holder, and others a thread: the kernel's, where one that has ended can be told from one that has not. */
import { existsSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const kernel = kernelNumber();

/** This thread: unique among those that live, and below 2^24. */
export const threadNumber: number = kernel ?? threadId + 1;

/** Whether a thread has certainly ended. It takes some microseconds. */
export function hasEnded(number: number): boolean {
  return kernel !== undefined && number !== threadNumber && !existsSync(`/proc/self/task/${number}`);
}

/** From Linux's `/proc/thread-self`, a link to `PID/task/TID`: see proc_pid_task(5). */
function kernelNumber(): number | undefined {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return undefined;
  }
}
