/**
 * Tiny tasks through pools of processes, ours, those of npm and CPython's: in bulk, one task a number; one at a time, each awaited before
 * the next; and many numbers in the chunks that `map` makes by itself, where a pool has that. In rounds that begin with another one each time.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Pool } from '@p8/multiprocessing';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { double } from './pools/double.ts';
import { PythonPool, subjects } from './pools/process-pool.ts';
import { measureAll, tableOf } from './pools/tiny-tasks.ts';
import type { Times } from './pools/tiny-tasks.ts';

const help = `usage: scripts/dev node bench/process-pool.ts [options]

Measures tiny tasks through pools of processes, ours, those of npm and CPython's. Build first: scripts/dev turbo build

  --workers N  processes of each pool (2)
  --tasks N    tasks in bulk; a tenth as many one at a time (20000)
  --items N    numbers in default chunks (100000)
  --rounds N   rounds (5)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    tasks: { type: 'string', default: '20000' },
    items: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Maps before the one that is measured. */
const WARM_UPS = 10;

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const workers = parseCount('--workers', values.workers);
  const tasks = parseCount('--tasks', values.tasks);
  const items = parseCount('--items', values.items);
  const rounds = parseCount('--rounds', values.rounds);
  const machine = describeMachine();
  console.log(
    [...machineLines(machine), `- ${workers} processes, ${tasks} tasks in bulk, ${items} items, ${rounds} rounds`].join(
      '\n',
    ),
  );
  const results = new Map<string, Times>();
  const chunked = { ours: [] as number[], python: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const measured = await measureAll(subjects, { workers, tasks, rounds: 1 });
    measured.set('python3 Pool', await measurePython(workers, tasks, items, chunked.python));
    chunked.ours.push(await measureChunks(workers, items));
    for (const [name, times] of measured) add(results, name, times);
  }
  console.log(`\n${renderTable(tableOf(results), values.markdown)}`);
  const rows = Object.entries(chunked).map(([name, rates]) => [
    name === 'ours' ? 'p8 Pool' : 'python3 Pool',
    median(rates).toFixed(0),
    spreadPercent(rates).toFixed(0),
    (median(rates) / median(chunked.python)).toFixed(2),
  ]);
  console.log(`\n${renderTable([['default chunks', 'k items/s', '± %', 'x python3'], ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    const pools = [...results].map(([pool, times]) => ({ pool, ...times }));
    writeFileSync(values.json, `${JSON.stringify({ machine, workers, tasks, items, pools, chunked }, null, 2)}\n`);
  }
}

async function measureChunks(workers: number, items: number): Promise<number> {
  await using pool = new Pool(workers);
  const numbers = Array.from({ length: items }, (_, i) => i);
  for (let i = 0; i < WARM_UPS; i++) await pool.map(double, numbers);
  const started = performance.now();
  const doubled = await pool.map(double, numbers);
  const rate = items / (performance.now() - started);
  if (doubled.length !== items || doubled.at(-1) !== 2 * (items - 1)) throw new Error('p8 Pool: wrong results');
  return rate;
}

async function measurePython(workers: number, tasks: number, items: number, chunked: number[]): Promise<Times> {
  const python = new PythonPool();
  await python.measure('start', workers);
  await python.measure('many', tasks);
  const [bulk] = await python.measure('many', tasks);
  const singles = (await python.measure('one', Math.ceil(tasks / 10))).toSorted((a, b) => a - b);
  for (let i = 0; i < WARM_UPS; i++) await python.measure('chunked', items);
  const [chunks] = await python.measure('chunked', items);
  python.close();
  chunked.push(items / chunks! / 1000);
  return {
    bulk: [tasks / bulk! / 1000],
    single: [singles[Math.floor(singles.length * 0.5)]! * 1e6],
    slow: [singles[Math.floor(singles.length * 0.9)]! * 1e6],
  };
}

function add(results: Map<string, Times>, name: string, { bulk, single, slow }: Times): void {
  const all = results.get(name) ?? { bulk: [], single: [], slow: [] };
  results.set(name, all);
  all.bulk.push(...bulk);
  all.single.push(...single);
  all.slow.push(...slow);
}
