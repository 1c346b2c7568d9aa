/**
 * Small items from one thread to another, as fast as both can: through a queue that blocks or awaits, through a MessageChannel,
 * and through a queue of CPython.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { transfer } from '@p8/pickle';
import { SimpleQueue, ThreadPoolExecutor } from '@p8/threading';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns } from './harness/turns.ts';
import { awaitAll, getAll, hearAll, pollAll, postAll, putAll } from './threads/items.ts';
import type { ItemKind } from './threads/items.ts';

const help = `usage: scripts/dev node bench/queues.ts [options]

Measures queues between threads against MessageChannel and CPython. Build first: scripts/dev turbo build

  --rounds N   measurements of each (9)
  --times N    items in one of them (200000)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    times: { type: 'string', default: '200000' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Milliseconds from the first item that is put to the last that is taken. */
type Measure = (kind: ItemKind, times: number) => Promise<number>;

const executor = new ThreadPoolExecutor(2);
const kinds: readonly ItemKind[] = ['numbers', 'objects'];
const ways: Readonly<Record<string, Measure>> = {
  "MessageChannel, 'message'": (kind, times) => throughPort(hearAll, kind, times),
  'MessageChannel, receiveMessageOnPort': (kind, times) => throughPort(pollAll, kind, times),
  'CPython, SimpleQueue': python,
  'SimpleQueue, getSync': (kind, times) => throughQueue(getAll, kind, times),
  'SimpleQueue, await get': (kind, times) => throughQueue(awaitAll, kind, times),
};

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const [rounds, times] = [parseCount('--rounds', values.rounds), parseCount('--times', values.times)];
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} rounds of ${times} items, in turns`].join('\n'));
  const results = [];
  for (const kind of kinds) results.push({ kind, ways: await measure(kind, rounds, times) });
  await executor.shutdown();
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, times, results }, null, 2)}\n`);
  }
}

async function measure(kind: ItemKind, rounds: number, times: number) {
  const results = Object.entries(ways).map(([name, run]) => ({ name, run, milliseconds: [] as number[] }));
  // each is warm before the first round
  for (const { run } of results) await run(kind, times);
  await inTurns(results, rounds, async ({ run, milliseconds }) => {
    milliseconds.push(await run(kind, times));
  });
  const channel = median(results[0]!.milliseconds);
  const rows = results.map(({ name, milliseconds }) => [
    name,
    (times / median(milliseconds)).toFixed(0),
    spreadPercent(milliseconds).toFixed(0),
    (channel / median(milliseconds)).toFixed(2),
  ]);
  console.log(`\n${renderTable([[`small ${kind}`, 'k/s', '± %', 'x MessageChannel'], ...rows], values.markdown)}`);
  return results.map(({ name, milliseconds }) => ({ name, milliseconds }));
}

async function throughQueue(take: typeof getAll | typeof awaitAll, kind: ItemKind, times: number): Promise<number> {
  const queue = new SimpleQueue();
  const ended = executor.submit(take as typeof getAll, queue, times);
  const begun = executor.submit(putAll, queue, kind, times);
  return (await ended) - (await begun);
}

async function throughPort(take: typeof hearAll | typeof pollAll, kind: ItemKind, times: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const ended = executor.submit(take as typeof pollAll, transfer(port2), times);
  const begun = executor.submit(postAll, transfer(port1), kind, times);
  return (await ended) - (await begun);
}

function python(kind: ItemKind, times: number): Promise<number> {
  const script = join(import.meta.dirname, 'threads', 'simple-queue.py');
  const nanoseconds = Number(execFileSync('python3', [script, kind, String(times)], { encoding: 'utf8' }));
  return Promise.resolve((nanoseconds * times) / 1e6);
}
