/**
 * `ThreadingTCPServer`: how handlers that compute scale from one thread to two, against `node:cluster`; requests a second against CPython's; and
 * what it costs to hand a connection to a thread, against a server that keeps it. README.md tells how to read the ratios.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Load, type LoadResult } from './harness/load.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parsePositive } from './harness/options.ts';
import { startProgram, type Server } from './harness/server.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns } from './harness/turns.ts';

const help = `usage: scripts/dev node bench/threading-server.ts [options]

Measures servers with threads. Build first: scripts/dev turbo build

  --rounds N   measurements of each server (9)
  --seconds S  length of one measurement (0.5)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the table as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '0.5' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Contestant {
  readonly name: string;
  readonly language: 'TypeScript' | 'Python';
  readonly args?: readonly string[];
}

interface Work {
  readonly name: string;
  readonly connections: number;
  readonly size: number;
  readonly once?: boolean;
  /** All on one processor. */
  readonly pinned?: boolean;
  /** Compared with the first. */
  readonly servers: readonly Contestant[];
}

const threads = (count: number): Contestant => ({
  name: 'p8-threading',
  language: 'TypeScript',
  args: [String(count)],
});
const hashing = (count: number): Contestant => ({ ...threads(count), name: 'p8-threading-hash' });
const async: Contestant = { name: 'p8-async', language: 'TypeScript' };
const python: Contestant = { name: 'python-threading', language: 'Python' };

const works: readonly Work[] = [
  {
    name: '1 ms of hashing',
    connections: 2,
    size: 64,
    servers: [
      hashing(1),
      hashing(2),
      { name: 'node-cluster-hash', language: 'TypeScript' },
      { ...python, args: ['hash'] },
    ],
  },
  { name: 'echo', connections: 64, size: 1024, servers: [python, threads(2), async] },
  { name: 'connect', connections: 64, size: 1, once: true, servers: [python, threads(2), async] },
  { name: 'hand-over', connections: 1, size: 1, once: true, servers: [async, threads(1)] },
  { name: 'hand-over, one CPU', connections: 1, size: 1, once: true, pinned: true, servers: [async, threads(1)] },
];

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const rounds = parseCount('--rounds', values.rounds);
  const seconds = parsePositive('--seconds', values.seconds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} rounds of ${seconds} s each, in turns`].join('\n'));
  const measured = [];
  for (const work of works) measured.push({ work, results: await measure(work, rounds, seconds) });
  const head = ['work', 'server', 'requests/s', '± %', 'x the first', 'p50 µs', 'p50 less the first', 'p99 µs'];
  const rows = measured.flatMap(({ work, results }) => rowsOf(work, results));
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, seconds, measured }, null, 2)}\n`);
  }
}

async function measure(work: Work, rounds: number, seconds: number): Promise<LoadResult[][]> {
  await using stack = new AsyncDisposableStack();
  const { connections, size, once = false, pinned = false } = work;
  const cpu = pinned ? 0 : undefined;
  const started: { server: Server; load: Load; results: LoadResult[] }[] = [];
  for (const { name, language, args = [] } of work.servers) {
    const server = stack.use(await startProgram(name, language, args, { cpu }));
    const mode = once ? 'once' : undefined;
    const load = stack.use(await Load.connect(server.address, connections, size, { cpu, mode }));
    await load.run(1);
    started.push({ server, load, results: [] });
  }
  await inTurns(started, rounds, async ({ load, results }) => {
    results.push(await load.run(seconds));
  });
  return started.map(({ results }) => results);
}

function rowsOf(work: Work, results: readonly LoadResult[][]): string[][] {
  const rate = ({ requests, seconds }: LoadResult): number => requests / seconds;
  const p50 = (of: readonly LoadResult[]): number => median(of.map((result) => result.p50));
  const first = results[0]!;
  return results.map((of, i) => {
    const { name, args = [] } = work.servers[i]!;
    const rates = of.map(rate);
    return [
      work.name,
      [name, ...args].join(' '),
      Math.round(median(rates)).toString(),
      spreadPercent(rates).toFixed(0),
      (median(rates) / median(first.map(rate))).toFixed(2),
      p50(of).toFixed(0),
      (p50(of) - p50(first)).toFixed(0),
      median(of.map((result) => result.p99)).toFixed(0),
    ];
  });
}
