/**
 * Messages from one process to another, as fast as both can: queues of ours, of CPython, and the channel of `child_process.fork`; and
 * one message there and back, by a pipe of ours, of CPython, and a socket pair in C. What large messages can reach tells a ring in shared
 * memory in C.
 */
import { execFileSync, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pipe, Process, Queue, SimpleQueue } from '@p8/multiprocessing';
import { describeMachine, machineLines } from './harness/machine.ts';
import { nativeProgram } from './harness/native.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns } from './harness/turns.ts';
import { awaitAll, getAll, messageOf, pingAll, worker } from './processes/messages.ts';
import type { AnyQueue, Work } from './processes/messages.ts';

const help = `usage: scripts/dev node bench/process-messages.ts [options]

Measures queues and pipes between processes against CPython, Node and C. Build first: scripts/dev turbo build

  --rounds N   measurements of each (5)
  --times N    small messages in one of them (40000); of 1 MiB a fortieth of it, and a twentieth of that where each takes long; a
               tenth there and back
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    times: { type: 'string', default: '40000' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const SMALL = 50;
const LARGE = 2 ** 20;
/** The processor that both sides of a round trip run on: across two it measures how long one takes to wake. */
const PROCESSOR = '0';
const SMALL_ROOM = 1000;
const LARGE_ROOM = 8;

/** So many of those that take long. */
const few = (times: number): number => Math.ceil(times / 20) + 1;

/** Nanoseconds of one message. */
type Measure = (times: number) => number | Promise<number>;

interface Contest {
  readonly title: string;
  readonly unit: string;
  /** What a measurement says in this unit. */
  readonly show: (nanoseconds: number) => string;
  readonly times: (times: number) => number;
  readonly ways: Readonly<Record<string, Measure>>;
}

const python = join(import.meta.dirname, 'processes', 'messages.py');
const nodeIpc = join(import.meta.dirname, 'processes', 'node-ipc.ts');

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const [rounds, times] = [parseCount('--rounds', values.rounds), parseCount('--times', values.times)];
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} rounds of ${times} messages, in turns`].join('\n'));
  const [commands, commanded] = Pipe<Work | null>();
  const [pipe, other] = Pipe();
  const child = new Process({ target: worker, args: [commanded, other] });
  child.start();
  const results = [];
  for (const contest of contests(commands, pipe, child)) results.push(await measure(contest, rounds, times));
  await commands.send(null);
  await child.join();
  for (const each of [commands, pipe, child]) each.close();
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, times, results }, null, 2)}\n`);
  }
}

function contests(
  commands: { send(work: Work): Promise<void> },
  pipe: Parameters<typeof pingAll>[0],
  child: Process,
): readonly Contest[] {
  const through =
    (create: () => AnyQueue, take: typeof getAll | typeof awaitAll, size: number): Measure =>
    async (times) => {
      using queue = create();
      await commands.send({ work: 'put', queue, size, times });
      return await take(queue, times);
    };
  const ours = (size: number, room: number): Record<string, Measure> => ({
    'Queue, getSync': through(() => new Queue(room), getAll, size),
    'Queue, await get': through(() => new Queue(room), awaitAll, size),
  });
  return [
    {
      title: 'text of 50 bytes',
      unit: 'k/s',
      show: (nanoseconds) => (1e6 / nanoseconds).toFixed(0),
      times: (times) => times,
      ways: {
        'CPython, Queue': (times) => runPython('queue', SMALL, times),
        'CPython, SimpleQueue': (times) => runPython('simple-queue', SMALL, times),
        'Node, fork, json': (times) => throughIpc('json', SMALL, times),
        'Node, fork, advanced': (times) => throughIpc('advanced', SMALL, times),
        ...ours(SMALL, SMALL_ROOM),
        'SimpleQueue, getSync': through(() => new SimpleQueue(), getAll, SMALL),
      },
    },
    {
      title: '1 MiB',
      unit: 'GB/s',
      show: (nanoseconds) => (LARGE / nanoseconds).toFixed(2),
      times: (times) => Math.ceil(times / 40) + 1,
      // bytes have no form in JSON
      ways: {
        'CPython, Queue': (times) => runPython('queue', LARGE, few(times)),
        'CPython, SimpleQueue': (times) => runPython('simple-queue', LARGE, few(times)),
        'Node, fork, advanced': (times) => throughIpc('advanced', LARGE, few(times)),
        'C, into fresh memory': (times) => runC('bulk', few(times), LARGE, 'fresh'),
        'C, into used memory': (times) => runC('bulk', times, LARGE, 'used'),
        ...ours(LARGE, LARGE_ROOM),
      },
    },
    {
      title: 'there and back, on one processor',
      unit: 'µs',
      show: (nanoseconds) => (nanoseconds / 1000).toFixed(1),
      times: (times) => Math.ceil(times / 10) + 1,
      ways: {
        'C, socketpair': (times) => runPinned(nativeProgram('pair'), String(times), String(SMALL)),
        'CPython, Pipe': (times) => runPinned('python3', python, 'pipe', String(SMALL), String(times)),
        'Pipe, blocking': async (times) => {
          await commands.send({ work: 'answer', times });
          return onOneProcessor(child, () => pingAll(pipe, messageOf(SMALL), times));
        },
      },
    },
  ];
}

async function measure({ title, unit, show, times: timesOf, ways }: Contest, rounds: number, times: number) {
  const results = Object.entries(ways).map(([name, run]) => ({ name, run, nanoseconds: [] as number[] }));
  const count = timesOf(times);
  // each is warm before the first round
  for (const { run } of results) await run(count);
  await inTurns(results, rounds, async ({ run, nanoseconds }) => {
    nanoseconds.push(await run(count));
  });
  const first = median(results[0]!.nanoseconds);
  const rows = results.map(({ name, nanoseconds }) => [
    name,
    show(median(nanoseconds)),
    spreadPercent(nanoseconds).toFixed(0),
    (median(nanoseconds) / first).toFixed(2),
  ]);
  console.log(`\n${renderTable([[title, unit, '± %', `time x ${results[0]!.name}`], ...rows], values.markdown)}`);
  return { title, ways: results.map(({ name, nanoseconds }) => ({ name, nanoseconds })) };
}

function runPython(kind: string, size: number, times: number): number {
  return Number(execFileSync('python3', [python, kind, String(size), String(times)], { encoding: 'utf8' }));
}

function runC(name: string, ...args: readonly (number | string)[]): number {
  return Number(execFileSync(nativeProgram(name), args.map(String), { encoding: 'utf8' }));
}

function runPinned(...command: readonly string[]): number {
  return Number(execFileSync('taskset', ['-c', PROCESSOR, ...command], { encoding: 'utf8' }));
}

function throughIpc(serialization: 'json' | 'advanced', size: number, times: number): Promise<number> {
  const child = fork(nodeIpc, [String(size), String(times)], { serialization });
  return new Promise((resolve, reject) => {
    let left = times;
    let begun = 0n;
    let nanoseconds = 0;
    child.on('message', () => {
      if (left === times) begun = process.hrtime.bigint();
      left -= 1;
      if (left === 0) nanoseconds = Number(process.hrtime.bigint() - begun) / (times - 1);
    });
    child.once('error', reject);
    child.once('close', () => resolve(nanoseconds));
  });
}

/** Both processes run on one processor meanwhile. */
function onOneProcessor<T>(child: Process, body: () => T): T {
  const pids = [process.pid, child.pid];
  const before = pids.map(processorsOf);
  for (const pid of pids) pin(pid, PROCESSOR);
  try {
    return body();
  } finally {
    for (const [i, pid] of pids.entries()) pin(pid, before[i]!);
  }
}

function processorsOf(pid: number | null): string {
  return execFileSync('taskset', ['-cp', String(pid)], { encoding: 'utf8' })
    .split(': ')[1]!
    .trim();
}

function pin(pid: number | null, processors: string): void {
  execFileSync('taskset', ['-acp', processors, String(pid)], { stdio: 'ignore' });
}
