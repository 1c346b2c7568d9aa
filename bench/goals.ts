/**
 * The whole goal table of sockets: measures each row against C (and CPython) in one run, and prints it with its goal. UDP
 * has its own program. README.md tells how to read the ratios.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureEcho } from './harness/echo-run.ts';
import { measureFile } from './harness/file-run.ts';
import { measureIdle } from './harness/idle-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parsePositive } from './harness/options.ts';
import { type ServerName, requireBuild, serverNames, servers } from './harness/server.ts';
import { median } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { parseWorkload, workloadName } from './harness/workload.ts';

/** One line of the result: what was measured, and at most how much it should be. */
interface Row {
  readonly work: string;
  readonly server: string;
  readonly measured: number;
  readonly goal: number;
  readonly unit: 'x C' | 'x CPython' | 'KiB';
}

/** Workload → each server's goal: so many times C's CPU time a request. */
const echoGoals: Record<string, Partial<Record<ServerName, number>>> = {
  '64x1024': { 'p8-promise': 1.1 },
  'unix:64x1024': { 'p8-promise': 1.25 },
  '64x65536': { 'p8-recv-view': 1.15, 'p8-recv-into': 1.3, 'p8-promise': 2.1 },
  'connect:64x1': { 'p8-promise': 1.4 },
  'blocking:1x64': { 'p8-blocking': 1.1 },
};
/** Blocking calls are to cost less than CPython's. */
const MOST_OF_CPYTHON = 1;
const MOST_OF_SENDFILE = 1;
const MOST_IDLE_KIB = 1.6;

const help = `usage: scripts/dev node bench/goals.ts [options]

Measures every row of the goal table and prints it. Build first: scripts/dev turbo build

  --rounds N        measurements of each server (9)
  --seconds S       length of one measurement (0.5)
  --warmup S        length of each server's warm-up (1)
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
    warmup: { type: 'string', default: '1' },
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
  const rows = [...(await echoRows(rounds)), ...(await fileRows(rounds)), await idleRow()];
  const cells = rows.map(({ work, server, measured, goal, unit }) => [
    work,
    server,
    `${measured.toFixed(2)} ${unit}`,
    goal.toFixed(2),
    measured <= goal ? 'reached' : 'missed',
  ]);
  console.log(`\n${renderTable([['work', 'server', 'measured', 'at most', ''], ...cells], values.markdown)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

async function echoRows(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const options = {
    rounds,
    seconds: parsePositive('--seconds', values.seconds),
    warmup: parsePositive('--warmup', values.warmup),
  };
  for (const [text, goals] of Object.entries(echoGoals)) {
    const workload = parseWorkload(text);
    const blocking = workload.kind === 'blocking';
    const rivals: ServerName[] = blocking ? ['echo-blocking', 'python-blocking'] : ['echo-epoll'];
    const results = await measureEcho(workload, [...rivals, ...(Object.keys(goals) as ServerName[])], options);
    for (const { server, ratioToC, ratioToRival } of results) {
      const goal = goals[server];
      if (goal === undefined) continue;
      const row = { work: workloadName(workload), server: servers[server].about };
      rows.push({ ...row, measured: ratioToC!, goal, unit: 'x C' });
      if (blocking) rows.push({ ...row, measured: ratioToRival!, goal: MOST_OF_CPYTHON, unit: 'x CPython' });
    }
  }
  return rows;
}

async function fileRows(rounds: number): Promise<Row[]> {
  const mebibytes = parseCount('--mebibytes', values.mebibytes);
  const results = await measureFile(mebibytes, rounds);
  return results
    .filter(({ server }) => server === 'p8-sendfile')
    .map(({ ratioToC }) => ({
      work: `a file of ${mebibytes} MiB`,
      server: '@p8/socket, await sendfile',
      measured: ratioToC,
      goal: MOST_OF_SENDFILE,
      unit: 'x C',
    }));
}

async function idleRow(): Promise<Row> {
  const connections = parseCount('--connections', values.connections);
  const growths: number[] = [];
  for (let round = 0; round < 3; round++) growths.push((await measureIdle('p8-promise', connections)).collected / 1024);
  return {
    work: 'memory of an idle connection',
    server: servers['p8-promise'].about,
    measured: median(growths),
    goal: MOST_IDLE_KIB,
    unit: 'KiB',
  };
}
