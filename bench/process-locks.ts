/**
 * Locks between processes against CPython's: a lock alone, where what counts is the time of the processor; one that two processes
 * take all the time; and how long it takes until a process that sleeps is woken by another, where it is the clock.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Barrier, isMain, Lock, Process, RawArray, RawValue, RLock, Semaphore } from '@p8/multiprocessing';
import * as threading from '@p8/threading';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns, ratioOfMedians } from './harness/turns.ts';
import { count, wake, wakeAwaiting } from './processes/turns.ts';
import type { Counting, Turns, Waking } from './processes/turns.ts';

const help = `usage: scripts/dev node bench/process-locks.ts [options]

Measures locks between processes against CPython's. Build first: scripts/dev turbo build

  --rounds N   measurements of each (15)
  --times N    turns in one of them (20000); alone a hundred times, at one lock twenty times as many
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

/** How many more turns there are without a second process, since the kernel counts the processor's time in milliseconds, and at one lock. */
const ALONE = 100;
const TOGETHER = 20;

/** Nanoseconds of one turn. */
type Measure = (times: number) => number | Promise<number>;

const alone: Readonly<Record<string, Measure>> = {
  'CPython, multiprocessing.Lock': python('alone'),
  'Lock of threads': (times) => block(new threading.Lock(), times),
  'Lock of processes': (times) => block(new Lock(), times),
  'RLock of processes': (times) => block(new RLock(), times),
};

const together: Readonly<Record<string, Measure>> = {
  'CPython, multiprocessing.Lock': python('together'),
  'Lock of processes': contend,
};

const awake: Readonly<Record<string, Measure>> = {
  'CPython, multiprocessing.Semaphore': python('wake'),
  'Semaphore, both block': (times) => takeTurns([wake, wake], times),
  'Semaphore, one blocks and one awaits': (times) => takeTurns([wake, wakeAwaiting], times),
  'Semaphore, both await': (times) => takeTurns([wakeAwaiting, wakeAwaiting], times),
};

if (isMain(import.meta)) await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      times: { type: 'string', default: '20000' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const [rounds, times] = [parseCount('--rounds', values.rounds), parseCount('--times', values.times)];
  const machine = describeMachine();
  console.log(
    [
      ...machineLines(machine),
      `- ${rounds} rounds of ${times} turns, ${ALONE} times as many alone, ${TOGETHER} times as many at one lock, in turns`,
    ].join('\n'),
  );
  const measure = async (title: string, kinds: typeof alone, each: number) => {
    const results = Object.entries(kinds).map(([name, run]) => ({ name, run, nanoseconds: [] as number[] }));
    // each is warm before the first round
    for (const { run } of results) await run(each);
    await inTurns(results, rounds, async ({ run, nanoseconds }) => {
      nanoseconds.push(await run(each));
    });
    const [cpython] = results.map(({ nanoseconds }) => nanoseconds);
    const rows = results.map(({ name, nanoseconds }) => [
      name,
      median(nanoseconds).toFixed(1),
      spreadPercent(nanoseconds).toFixed(0),
      ratioOfMedians(nanoseconds, cpython)!.toFixed(2),
    ]);
    console.log(`\n${renderTable([[title, 'ns', '± %', 'x CPython'], ...rows], values.markdown)}`);
    return results.map(({ name, nanoseconds }) => ({ name, nanoseconds }));
  };
  const results = {
    alone: await measure('Nobody else', alone, ALONE * times),
    together: await measure('Two processes', together, TOGETHER * times),
    awake: await measure('Until the other is awake', awake, times),
  };
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, times, results }, null, 2)}\n`);
  }
}

function python(work: string): Measure {
  const script = join(import.meta.dirname, 'processes', 'lock.py');
  return (times) => Number(execFileSync('python3', [script, work, String(times)], { encoding: 'utf8' }));
}

function block(lock: threading.Lock | threading.RLock, times: number): number {
  const counter = new Int32Array(1);
  const before = process.threadCpuUsage();
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    counter[0] = counter[0]! + 1;
    lock.release();
  }
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / times;
}

async function contend(times: number): Promise<number> {
  const shared = { ...meeting(times), lock: new Lock(), counter: new RawValue('i') };
  const nanoseconds = await run<Counting>(
    [count, count],
    [
      { ...shared, index: 0 },
      { ...shared, index: 1 },
    ],
  );
  if (shared.counter.value !== 2 * times) throw new Error(`the counter is ${shared.counter.value}, not ${2 * times}`);
  return nanoseconds;
}

function takeTurns(targets: readonly Target<Waking>[], times: number): Promise<number> {
  const [one, other] = [new Semaphore(0), new Semaphore(0)];
  const shared = meeting(times);
  return run<Waking>(targets, [
    { ...shared, mine: one, others: other, index: 0 },
    { ...shared, mine: other, others: one, index: 1 },
  ]);
}

function meeting(times: number): Omit<Turns, 'index'> {
  return { meeting: new Barrier(2), spans: new RawArray('d', 4), times };
}

type Target<T> = (work: T) => void | Promise<void>;

/** From the first that begins to the last that ends. */
async function run<T extends Turns>(targets: readonly Target<T>[], works: readonly [T, T]): Promise<number> {
  const children = works.map((work, index) => new Process({ target: targets[index]!, args: [work] }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
  for (const child of children) child.close();
  const [{ spans, times }] = works;
  const begun = Math.min(spans.get(0), spans.get(2));
  const ended = Math.max(spans.get(1), spans.get(3));
  return ((ended - begun) * 1e6) / (2 * times);
}
