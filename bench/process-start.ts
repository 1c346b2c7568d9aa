/**
 * Starting a process in a warm program, from the call to the first message of its module, against `child_process.fork` with the same
 * work.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { getContext, Pipe } from '@p8/multiprocessing';
import { compareStarts } from './harness/start-run.ts';
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

const kinds: Readonly<Record<string, () => Promise<number>>> = {
  'child_process.fork': startFork,
  'Process, spawn': () => start('spawn'),
  'Process, warm': () => start('forkserver'),
};

if (values.help) console.log(help);
else
  await compareStarts(
    { kinds, rival: 'child_process.fork', rivalName: 'fork', digits: 2, warmUp: () => start('forkserver') },
    values,
  );

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
