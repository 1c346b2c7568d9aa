/** Measuring in turns, so that whatever else the machine does falls on all. */
import { cpuNanoseconds, processTree } from './process-tree.ts';
import { median } from './statistics.ts';

/** So many rounds of one measurement of each; each round starts with another one: nobody always follows the same neighbour. */
export async function inTurns<T>(
  contestants: readonly T[],
  rounds: number,
  measure: (contestant: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) await measure(contestant);
  }
}

/** Microseconds on a processor that the process and its descendants use during the work, and its result. */
export async function cpuDuring<T>(pid: number, work: () => Promise<T>): Promise<[microseconds: number, result: T]> {
  const pids = processTree(pid);
  const before = cpuNanoseconds(pids);
  const result = await work();
  return [(cpuNanoseconds(pids) - before) / 1000, result];
}

/** The ratio of the medians; `null` without anything to compare with. */
export function ratioOfMedians(values: readonly number[], others: readonly number[] | undefined): number | null {
  return others === undefined ? null : median(values) / median(others);
}
