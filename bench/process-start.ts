/**
 * Starting a process in a warm program, from the call to the first message of its module, against `child_process.fork` with the same
 * work.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { getContext, Pipe } from '@p8/multiprocessing';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { arrive } from './processes/arrive.mjs';

const help = `usage: scripts/dev node bench/process-start.ts [options]

Measures the start of a process against child_process.fork. Build first: scripts/dev turbo build

  --rounds N   starts of each kind (30)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the table as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Long enough for a spare to boot, in milliseconds. */
const SETTLE = 500;

const kinds: Readonly<Record<string, () => Promise<number>>> = {
  'child_process.fork': startFork,
  'Process, spawn': () => start('spawn'),
  'Process, warm': () => start('forkserver'),
};

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const rounds = parseCount('--rounds', values.rounds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} starts of each kind`].join('\n'));
  const results = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
  await start('forkserver');
  for (let round = 0; round < rounds; round++) {
    for (const [kind, times] of results) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE));
      times.push(await kinds[kind]!());
    }
  }
  const forked = median(results.get('child_process.fork')!);
  const head = ['start', 'ms', '± %', 'x faster than fork'];
  const rows = [...results].map(([kind, times]) => [
    kind,
    median(times).toFixed(2),
    spreadPercent(times).toFixed(0),
    (forked / median(times)).toFixed(1),
  ]);
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    const starts = [...results].map(([kind, milliseconds]) => ({ kind, milliseconds }));
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, starts }, null, 2)}\n`);
  }
}

async function startFork(): Promise<number> {
  const started = performance.now();
  const child = fork(fileURLToPath(new URL('processes/arrive-fork.mjs', import.meta.url)));
  await once(child, 'message');
  const time = performance.now() - started;
  await once(child, 'exit');
  return time;
}

async function start(method: 'spawn' | 'forkserver'): Promise<number> {
  const [here, there] = Pipe();
  const child = new (getContext(method).Process)({ target: arrive, args: [there] });
  const started = performance.now();
  child.start();
  await here.recv();
  const time = performance.now() - started;
  await child.join();
  child.close();
  here.close();
  return time;
}
