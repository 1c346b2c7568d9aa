/**
 * What a process and all its descendants used, read from outside: proc_pid_schedstat, proc_pid_smaps (proc(5)).
 *
 * `schedstat` counts nanoseconds where `stat` counts clock ticks of 10 ms. It is exact while the threads sleep, as the
 * server's do before and after a measurement; a thread that ended in between takes its time with it, and no server
 * here ends one.
 */
import { readFileSync, readdirSync } from 'node:fs';

/** The process and its descendants that are alive now. */
export function processTree(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    read(`${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** Nanoseconds on a processor of all threads of the processes. */
export function cpuNanoseconds(pids: readonly number[]): number {
  return sum(pids.flatMap(threadsOf).map((thread) => Number(read(`${thread}/schedstat`).split(' ')[0])));
}

/** Anonymous memory in bytes, shared pages counted by their share (`Pss_Anon`). */
export function anonymousBytes(pids: readonly number[]): number {
  return sum(
    pids.map((pid) => Number(/^Pss_Anon:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024),
  );
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
}

function read(path: string): string {
  return readFileSync(path, 'latin1');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
