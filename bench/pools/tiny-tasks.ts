/** Tiny tasks through pools: in bulk, one task a number, and one at a time, each awaited before the next. */
import { median, spreadPercent } from '../harness/statistics.ts';
import type { Subject } from './pool.ts';

/** Of one pool, in each round. */
export interface Times {
  /** Thousands of tasks a second. */
  readonly bulk: number[];
  /** Microseconds a task: the median of the round, and what one in ten takes longer than. */
  readonly single: number[];
  readonly slow: number[];
}

/** The same of all pools, one after another, in rounds that begin with another one each time. */
export async function measureAll(
  subjects: Readonly<Record<string, (workers: number) => Subject>>,
  { workers, tasks, rounds }: { readonly workers: number; readonly tasks: number; readonly rounds: number },
): Promise<Map<string, Times>> {
  const names = Object.keys(subjects);
  const results = new Map<string, Times>(names.map((name) => [name, { bulk: [], single: [], slow: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      await measure(name, subjects[name]!(workers), tasks, results.get(name)!);
    }
  }
  return results;
}

/** A table of the results, each against the best of those whose names do not begin with `p8`. */
export function tableOf(results: ReadonlyMap<string, Times>): string[][] {
  const rivals = [...results].filter(([name]) => !name.startsWith('p8')).map(([, times]) => times);
  const bestBulk = Math.max(...rivals.map(({ bulk }) => median(bulk)));
  const bestSingle = Math.min(...rivals.map(({ single }) => median(single)));
  const head = ['pool', 'bulk, k/s', '± %', 'x best rival', 'single, µs', '± %', 'x best rival', 'p90'];
  const rows = [...results].map(([name, { bulk, single, slow }]) => [
    name,
    median(bulk).toFixed(1),
    spreadPercent(bulk).toFixed(0),
    (median(bulk) / bestBulk).toFixed(2),
    median(single).toFixed(1),
    spreadPercent(single).toFixed(0),
    (bestSingle / median(single)).toFixed(2),
    median(slow).toFixed(1),
  ]);
  return [head, ...rows];
}

async function measure(name: string, subject: Subject, tasks: number, times: Times): Promise<void> {
  const numbers = Array.from({ length: tasks }, (_, i) => i);
  await subject.many(numbers);
  for (let i = 0; i < 200; i++) await subject.one(i);

  const started = performance.now();
  const doubled = await subject.many(numbers);
  times.bulk.push(tasks / (performance.now() - started));
  if (doubled.length !== tasks || doubled.at(-1) !== 2 * (tasks - 1)) throw new Error(`${name}: wrong results`);

  // each by itself: a mean would tell how long others had the processor
  const singles = new Float64Array(Math.ceil(tasks / 10));
  for (let i = 0; i < singles.length; i++) {
    const begun = performance.now();
    const result = await subject.one(i);
    singles[i] = (performance.now() - begun) * 1000;
    if (result !== 2 * i) throw new Error(`${name}: wrong result`);
  }
  singles.sort();
  times.single.push(singles[Math.floor(singles.length * 0.5)]!);
  times.slow.push(singles[Math.floor(singles.length * 0.9)]!);
  await subject.close();
}
