/**
 * A lock around one increment, against a pthread mutex and CPython's lock: alone, where what counts is the time of the
 * processor, and with two threads at it all the time, where it is the clock.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Lock, RLock, ThreadPoolExecutor } from '@p8/threading';
import { describeMachine, machineLines } from './harness/machine.ts';
import { nativeProgram } from './harness/native.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns, ratioOfMedians } from './harness/turns.ts';
import { countAwaiting, countBlocking } from './threads/count.ts';
import type { Counting, Span } from './threads/count.ts';

const help = `usage: scripts/dev node bench/locks.ts [options]

Measures locks against C and CPython. Build first: scripts/dev turbo build

  --rounds N   measurements of each (15)
  --times N    increments of a thread in one of them (300000)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    times: { type: 'string', default: '300000' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** How much longer a measurement without a second thread is: the kernel counts the processor's time in ticks of milliseconds. */
const ALONE = 10;

/** Nanoseconds of one increment. */
type Measure = (times: number) => Promise<number>;
/** As the targets are seen by who calls them: what they return is awaited. */
type Count = (counting: Counting) => Span | Promise<Span>;

const executor = new ThreadPoolExecutor(2);

const alone: Readonly<Record<string, Measure>> = {
  'C, pthread mutex': program(1),
  'CPython, Lock': python(1),
  'Lock, acquireSync and release': (times) => Promise.resolve(block(new Lock(), times)),
  'Lock, await acquire and release': (times) => awaitLock(new Lock(), times),
  'RLock, acquireSync and release': (times) => Promise.resolve(block(new RLock(), times)),
};

const together: Readonly<Record<string, Measure>> = {
  'C, pthread mutex': program(2),
  'CPython, Lock': python(2),
  'Lock, both block': (times) => contend([countBlocking, countBlocking], times),
  'Lock, one blocks and one awaits': (times) => contend([countBlocking, countAwaiting], times),
  'Lock, both await': (times) => contend([countAwaiting, countAwaiting], times),
};

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const [rounds, times] = [parseCount('--rounds', values.rounds), parseCount('--times', values.times)];
  const machine = describeMachine();
  console.log(
    [
      ...machineLines(machine),
      `- ${rounds} rounds of ${times} increments a thread, ${ALONE} times as many alone, in turns`,
    ].join('\n'),
  );
  const results = {
    alone: await measure('Nobody else', alone, rounds, ALONE * times),
    together: await measure('Two threads', together, rounds, times),
  };
  await executor.shutdown();
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, times, results }, null, 2)}\n`);
  }
}

async function measure(title: string, kinds: typeof alone, rounds: number, times: number) {
  const results = Object.entries(kinds).map(([name, run]) => ({ name, run, nanoseconds: [] as number[] }));
  // each is warm before the first round
  for (const { run } of results) await run(times);
  await inTurns(results, rounds, async ({ run, nanoseconds }) => {
    nanoseconds.push(await run(times));
  });
  const [c, cpython] = results.map(({ nanoseconds }) => nanoseconds);
  const rows = results.map(({ name, nanoseconds }) => [
    name,
    median(nanoseconds).toFixed(1),
    spreadPercent(nanoseconds).toFixed(0),
    ratioOfMedians(nanoseconds, c)!.toFixed(2),
    ratioOfMedians(nanoseconds, cpython)!.toFixed(2),
  ]);
  console.log(`\n${renderTable([[title, 'ns', '± %', 'x C', 'x CPython'], ...rows], values.markdown)}`);
  return results.map(({ name, nanoseconds }) => ({ name, nanoseconds }));
}

function program(threads: number): Measure {
  const path = nativeProgram('mutex');
  return (times) => Promise.resolve(numberOf(path, [threads, times]));
}

function python(threads: number): Measure {
  const script = join(import.meta.dirname, 'threads', 'lock.py');
  return (times) => Promise.resolve(numberOf('python3', [script, threads, times]));
}

function numberOf(command: string, args: readonly (string | number)[]): number {
  return Number(execFileSync(command, args.map(String), { encoding: 'utf8' }));
}

function block(lock: Lock | RLock, times: number): number {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const before = process.threadCpuUsage();
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    counter[0] = counter[0]! + 1;
    lock.release();
  }
  return nanosecondsSince(before) / times;
}

async function awaitLock(lock: Lock, times: number): Promise<number> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const before = process.threadCpuUsage();
  for (let i = 0; i < times; i++) {
    await lock.acquire();
    counter[0] = counter[0]! + 1;
    lock.release();
  }
  return nanosecondsSince(before) / times;
}

function nanosecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) * 1000;
}

/** From the first that begins to the last that ends. */
async function contend([one, other]: readonly [Count, Count], times: number): Promise<number> {
  const counting: Counting = {
    lock: new Lock(),
    counter: new Int32Array(new SharedArrayBuffer(4)),
    times,
    ready: new Int32Array(new SharedArrayBuffer(8)),
  };
  const spans = await Promise.all([executor.submit(one, counting), executor.submit(other, counting)]);
  if (counting.counter[0] !== 2 * times) throw new Error(`the counter is ${counting.counter[0]}, not ${2 * times}`);
  const begun = Math.min(...spans.map(([time]) => time));
  const ended = Math.max(...spans.map(([, time]) => time));
  return ((ended - begun) * 1e6) / (2 * times);
}
