/**
 * Tiny tasks through pools of threads: in bulk, one task a number, and one at a time, each awaited before the next. All pools run in one
 * process, one after another, in rounds that begin with another one each time.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { renderTable } from './harness/table.ts';
import { subjects } from './pools/pool.ts';
import { measureAll, tableOf } from './pools/tiny-tasks.ts';

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

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const threads = parseCount('--threads', values.threads);
  const tasks = parseCount('--tasks', values.tasks);
  const rounds = parseCount('--rounds', values.rounds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${threads} threads, ${tasks} tasks in bulk, ${rounds} rounds`].join('\n'));
  const results = await measureAll(subjects, { workers: threads, tasks, rounds });
  console.log(`\n${renderTable(tableOf(results), values.markdown)}`);
  if (values.json !== undefined) {
    const pools = [...results].map(([pool, times]) => ({ pool, ...times }));
    writeFileSync(values.json, `${JSON.stringify({ machine, threads, tasks, pools }, null, 2)}\n`);
  }
}
