/**
 * The whole goal table of sockets, and that of `AsyncTCPServer`: measures each row against C (CPython, node:net) in one run, and
 * prints it with its goal. README.md tells how to read the ratios.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureEcho } from './harness/echo-run.ts';
import { measureFile } from './harness/file-run.ts';
import { measureIdle } from './harness/idle-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parsePositive } from './harness/options.ts';
import { type ServerName, requireBuild, serverNames, servers } from './harness/server.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { parseWorkload, workloadName } from './harness/workload.ts';

/** One line of the result: what was measured, and at most how much it should be. */
interface Row {
  readonly work: string;
  readonly server: string;
  readonly measured: number;
  readonly goal: number;
  readonly unit: string;
  /** Of the noisier of the two that are compared. */
  readonly spreadPercent: number;
}

/** One workload: who is compared with whom. */
interface Contest {
  readonly workload: string;
  /** The server in C. */
  readonly c: ServerName;
  /** Each server's goal: so many times C's CPU time a request. */
  readonly goals: Partial<Record<ServerName, number>>;
  /** The same against another server. */
  readonly rival?: { readonly server: ServerName; readonly called: string; readonly most: number };
}

const contests: readonly Contest[] = [
  { workload: '64x1024', c: 'echo-epoll', goals: { 'p8-promise': 1.1 } },
  {
    workload: '64x1024',
    c: 'echo-epoll',
    goals: { 'p8-async': 1.2 },
    // 1.6 times better than node:net
    rival: { server: 'node-net', called: 'node:net', most: 1 / 1.6 },
  },
  { workload: 'unix:64x1024', c: 'echo-epoll', goals: { 'p8-promise': 1.25 } },
  {
    workload: '64x65536',
    c: 'echo-epoll',
    goals: { 'p8-recv-view': 1.15, 'p8-recv-into': 1.3, 'p8-promise': 2.1 },
  },
  { workload: 'connect:64x1', c: 'echo-epoll', goals: { 'p8-promise': 1.4 } },
  { workload: 'udp:16x64', c: 'udp-batch', goals: { 'p8-batch': 1.1 } },
  { workload: 'udp:16x64', c: 'udp-epoll', goals: { 'p8-datagram': 1.3 } },
  {
    workload: 'blocking:1x64',
    c: 'echo-blocking',
    goals: { 'p8-blocking': 1.1 },
    rival: { server: 'python-blocking', called: 'CPython', most: 1 },
  },
];
const MOST_OF_SENDFILE = 1;
const MOST_IDLE_KIB = 1.6;

const help = `usage: scripts/dev node bench/goals.ts [options]

Measures every row of the goal table and prints it. Build first: scripts/dev turbo build

  --rounds N        measurements of each server (9)
  --seconds S       length of one measurement (0.5)
  --warmup S        length of each server's warm-up (2)
  --mebibytes N     size of the file (1024)
  --connections N   idle connections (5000)
  --json FILE       writes the rows to FILE as well
  --markdown        prints the table as markdown
  --help            prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '0.5' },
    warmup: { type: 'string', default: '2' },
    mebibytes: { type: 'string', default: '1024' },
    connections: { type: 'string', default: '5000' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  requireBuild(serverNames);
  const machine = describeMachine();
  const rounds = parseCount('--rounds', values.rounds);
  console.log([...machineLines(machine), `- ${rounds} rounds of ${values.seconds} s each, in turns`].join('\n'));
  const rows = [...(await echoRows(rounds)), ...(await fileRows(rounds)), await idleRow(rounds)];
  const cells = rows.map(({ work, server, measured, goal, unit, spreadPercent }) => [
    work,
    server,
    `${measured.toFixed(2)} ${unit}`,
    spreadPercent.toFixed(0),
    goal.toFixed(2),
    measured <= goal ? 'reached' : 'missed',
  ]);
  const head = ['work', 'server', 'measured', '± %', 'at most', ''];
  console.log(`\n${renderTable([head, ...cells], values.markdown)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

async function echoRows(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const options = {
    rounds,
    seconds: parsePositive('--seconds', values.seconds),
    warmup: parsePositive('--warmup', values.warmup),
  };
  for (const { workload: text, c, goals, rival } of contests) {
    const workload = parseWorkload(text);
    const names = [c, ...(rival === undefined ? [] : [rival.server]), ...(Object.keys(goals) as ServerName[])];
    const results = await measureEcho(workload, names, options);
    for (const result of results) {
      const goal = goals[result.server];
      if (goal === undefined) continue;
      const row = { work: workloadName(workload), server: servers[result.server].about };
      const [first] = results;
      const spread = Math.max(result.spreadPercent, first!.spreadPercent);
      rows.push({ ...row, measured: result.ratioToC!, goal, unit: 'x C', spreadPercent: spread });
      if (rival === undefined) continue;
      rows.push({
        ...row,
        measured: result.ratioToRival!,
        goal: rival.most,
        unit: `x ${rival.called}`,
        spreadPercent: spread,
      });
    }
  }
  return rows;
}

async function fileRows(rounds: number): Promise<Row[]> {
  const mebibytes = parseCount('--mebibytes', values.mebibytes);
  const results = await measureFile(mebibytes, rounds);
  return results
    .filter(({ server }) => server === 'p8-sendfile')
    .map(({ ratioToC, spreadPercent }) => ({
      work: `a file of ${mebibytes} MiB`,
      server: '@p8/socket, await sendfile',
      measured: ratioToC,
      goal: MOST_OF_SENDFILE,
      unit: 'x C',
      spreadPercent,
    }));
}

async function idleRow(rounds: number): Promise<Row> {
  const connections = parseCount('--connections', values.connections);
  const growths: number[] = [];
  // each in a fresh process, and they differ less than times do
  for (let round = 0; round < Math.min(rounds, 5); round++)
    growths.push((await measureIdle('p8-promise', connections)).collected / 1024);
  return {
    work: 'memory of an idle connection',
    server: servers['p8-promise'].about,
    measured: median(growths),
    goal: MOST_IDLE_KIB,
    unit: 'KiB',
    spreadPercent: spreadPercent(growths),
  };
}
