/**
 * Tiny tasks through pools of threads: in bulk, one task a number, and one at a time, each awaited before the next. All pools run in one
 * process, one after another, in rounds that begin with another one each time.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { subjects } from './pools/pool.ts';

const help = `usage: scripts/dev node bench/thread-pool.ts [options]

Measures tiny tasks through pools of threads, ours and those of npm. Build first: scripts/dev turbo build

  --threads N  threads of each pool (2)
  --tasks N    tasks in bulk; a tenth as many one at a time (20000)
  --rounds N   rounds (7)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the table as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    tasks: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Of one pool, in each round. */
interface Times {
  /** Thousands of tasks a second. */
  readonly bulk: number[];
  /** Microseconds a task: the median of the round, and what one in ten takes longer than. */
  readonly single: number[];
  readonly slow: number[];
}

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const threads = parseCount('--threads', values.threads);
  const tasks = parseCount('--tasks', values.tasks);
  const rounds = parseCount('--rounds', values.rounds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${threads} threads, ${tasks} tasks in bulk, ${rounds} rounds`].join('\n'));
  const names = Object.keys(subjects);
  const results = new Map<string, Times>(names.map((name) => [name, { bulk: [], single: [], slow: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      await measure(name, threads, tasks, results.get(name)!);
    }
  }

  const rivals = names.filter((name) => !name.startsWith('p8'));
  const bestBulk = Math.max(...rivals.map((name) => median(results.get(name)!.bulk)));
  const bestSingle = Math.min(...rivals.map((name) => median(results.get(name)!.single)));
  const head = ['pool', 'bulk, k/s', '± %', 'x best of npm', 'single, µs', '± %', 'x best of npm', 'p90'];
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
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    const pools = [...results].map(([pool, times]) => ({ pool, ...times }));
    writeFileSync(values.json, `${JSON.stringify({ machine, threads, tasks, pools }, null, 2)}\n`);
  }
}

async function measure(name: string, threads: number, tasks: number, times: Times): Promise<void> {
  const subject = subjects[name]!(threads);
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
