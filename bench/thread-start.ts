/**
 * Starting a thread in a warm program, from the call to its first statement, against a new worker of the platform with the same module. Blocked
 * on shared memory, so that no event loop is measured.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Thread } from '@p8/threading';
import { compareStarts } from './harness/start-run.ts';
import { arrive } from './threads/arrive.ts';

const help = `usage: scripts/dev node bench/thread-start.ts [options]

Measures the start of a thread against a new Worker. Build first: scripts/dev turbo build

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
  'new Worker': startWorker,
  'Thread, module new to its worker': startNew,
  'Thread, module known': startKnown,
};

if (values.help) console.log(help);
else
  await compareStarts({ kinds, rival: 'new Worker', rivalName: 'new Worker', digits: 3, warmUp: startKnown }, values);

async function startWorker(): Promise<number> {
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const started = performance.now();
  const worker = new Worker(new URL('threads/arrive.ts', import.meta.url), { workerData: arrived });
  const time = timeUntil(arrived, started);
  await worker.terminate();
  return time;
}

async function startNew(): Promise<number> {
  return await start(false);
}

async function startKnown(): Promise<number> {
  // the worker that ran last is the one that is used next
  await start(true);
  return await start(true);
}

async function start(reuse: boolean): Promise<number> {
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Thread({ target: arrive, args: [arrived], reuse });
  const started = performance.now();
  thread.start();
  const time = timeUntil(arrived, started);
  await thread.join();
  return time;
}

function timeUntil(arrived: Int32Array, started: number): number {
  Atomics.wait(arrived, 0, 0);
  return performance.now() - started;
}
