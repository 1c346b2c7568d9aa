/**
 * `ThreadingTCPServer` and `ForkingTCPServer`: how handlers that compute scale from one thread or process to two, against `node:cluster`;
 * requests a second against CPython's servers of the same names; and what it costs to hand a connection over. README.md tells how to
 * read the ratios.
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

const help = `usage: scripts/dev node bench/crews.ts [options]

Measures servers with threads and processes. Build first: scripts/dev turbo build

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

/** In seconds: code that runs for the first time is not what is measured. */
const WARM_UP = 2;

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
  /** Compared with the first. */
  readonly servers: readonly Contestant[];
}

const ours = (name: string, count: number): Contestant => ({ name, language: 'TypeScript', args: [String(count)] });
const async: Contestant = { name: 'p8-async', language: 'TypeScript' };
const python = (...args: string[]): Contestant => ({ name: 'python-socketserver', language: 'Python', args });

const threading = [python(), ours('p8-threading', 2), async];
const forking = [python('forking'), ours('p8-forking', 2)];
const works: readonly Work[] = [
  {
    name: '1 ms of hashing',
    connections: 2,
    size: 64,
    servers: [
      ours('p8-threading-hash', 1),
      ours('p8-threading-hash', 2),
      { name: 'node-cluster-hash', language: 'TypeScript' },
      python('hash'),
    ],
  },
  {
    name: '1 ms of hashing',
    connections: 2,
    size: 64,
    servers: [ours('p8-forking-hash', 1), ours('p8-forking-hash', 2), python('hash', 'forking')],
  },
  { name: 'echo', connections: 64, size: 1024, servers: threading },
  { name: 'echo', connections: 64, size: 1024, servers: forking },
  { name: 'connect', connections: 64, size: 1, once: true, servers: threading },
  { name: 'connect', connections: 64, size: 1, once: true, servers: forking },
];

/** From `accept` to the handler, one connection at a time. */
const handOvers = [
  { kind: 'threading', pinned: false },
  { kind: 'threading', pinned: true },
  { kind: 'forking', pinned: false },
  { kind: 'forking', pinned: true },
] as const;

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const rounds = parseCount('--rounds', values.rounds);
  const seconds = parsePositive('--seconds', values.seconds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} rounds of ${seconds} s each, in turns`].join('\n'));
  const measured = [];
  for (const work of works) measured.push({ work, results: await measure(work, rounds, seconds) });
  const head = ['work', 'server', 'requests/s', '± %', 'x the first', 'p50 µs', 'p99 µs'];
  const rows = measured.flatMap(({ work, results }) => rowsOf(work, results));
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  const handedOver = [];
  for (const handOver of handOvers)
    handedOver.push({ ...handOver, medians: await measureHandOver(handOver, rounds, seconds) });
  const times = handedOver.map(({ kind, pinned, medians }) => [
    kind,
    pinned ? 'one' : 'any',
    median(medians).toFixed(0),
    spreadPercent(medians).toFixed(0),
  ]);
  console.log(`\n${renderTable([['accept to handler', 'processors', 'p50 µs', '± %'], ...times], values.markdown)}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, seconds, measured, handedOver }, null, 2)}\n`);
  }
}

/** The median in microseconds, of each round. */
async function measureHandOver(
  { kind, pinned }: (typeof handOvers)[number],
  rounds: number,
  seconds: number,
): Promise<number[]> {
  await using stack = new AsyncDisposableStack();
  const cpu = pinned ? 0 : undefined;
  const server = stack.use(await startProgram('p8-hand-over', 'TypeScript', [kind], { cpu }));
  const load = stack.use(await Load.connect(server.address, 1, 1, { cpu, mode: 'once' }));
  await load.run(WARM_UP);
  await server.child.ask('');
  const medians: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await load.run(seconds);
    medians.push(Number(await server.child.ask('')));
  }
  return medians;
}

async function measure(work: Work, rounds: number, seconds: number): Promise<LoadResult[][]> {
  await using stack = new AsyncDisposableStack();
  const { connections, size, once = false } = work;
  const started: { server: Server; load: Load; results: LoadResult[] }[] = [];
  for (const { name, language, args = [] } of work.servers) {
    const server = stack.use(await startProgram(name, language, args));
    const mode = once ? 'once' : undefined;
    const load = stack.use(await Load.connect(server.address, connections, size, { mode }));
    await load.run(WARM_UP);
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
      median(of.map((result) => result.p99)).toFixed(0),
    ];
  });
}
