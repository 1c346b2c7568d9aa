/**
 * TCP echo: the promise API of `@p8/socket` against `node:net` and a C epoll server, in one run. `--help` tells the
 * options; README.md tells how to read the result. Nothing here imports our packages: only the servers do.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type EchoResult, measureEcho } from './harness/echo-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parsePositive, parseServers } from './harness/options.ts';
import { requireBuild, serverNames, servers } from './harness/server.ts';
import { renderTable } from './harness/table.ts';
import { type Workload, parseWorkload, workloadName, workloads } from './harness/workload.ts';

const help = `usage: scripts/dev node bench/echo.ts [options]

Measures TCP echo servers in turns and prints the server's CPU time a request, its ratio to C and to node:net,
requests a second and latency. Build first: scripts/dev turbo build

  --rounds N      measurements of each server and workload (5)
  --seconds S     length of one measurement in seconds (0.5)
  --warmup S      length of the warm-up of each server in seconds (1)
  --only CxB      only this workload: connections x bytes, such as 64x1024; may be given again
                  (1, 64 and 1000 connections x 64, 1024 and 65536 bytes)
  --server NAME   only this server; may be given again
  --json FILE     writes everything that was measured to FILE as well
  --markdown      prints the tables as markdown
  --help          prints this

Servers:
${serverNames.map((name) => `  ${name.padEnd(15)} ${servers[name]}`).join('\n')}
`;

/** The aim of the promise API, by server CPU time a request: at most so many times C's and `node:net`'s. */
const aim = { workload: '64x1024', server: 'p8-promise', ratioToC: 1.2, ratioToNodeNet: 0.65 } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.5' },
    warmup: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    server: { type: 'string', multiple: true },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const options = {
    servers: parseServers(values.server),
    rounds: parseCount('--rounds', values.rounds),
    seconds: parsePositive('--seconds', values.seconds),
    warmup: parsePositive('--warmup', values.warmup),
  };
  const chosen = values.only?.map(parseWorkload) ?? workloads;
  requireBuild(options.servers);

  const machine = describeMachine();
  const { rounds, seconds } = options;
  console.log([...machineLines(machine), `- ${rounds} rounds of ${seconds} s each, in turns`].join('\n'));
  const results: (Workload & { readonly results: EchoResult[] })[] = [];
  for (const workload of chosen) {
    const measured = await measureEcho(workload, options);
    results.push({ ...workload, results: measured });
    console.log(`\n${values.markdown ? '### ' : ''}TCP ${workloadName(workload)}\n`);
    console.log(renderTable(rowsOf(measured), values.markdown));
    const verdict = verdictOf(workload, measured);
    if (verdict !== undefined) console.log(`\n${verdict}`);
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, ...options, workloads: results }, null, 2)}\n`);
  }
  const errors = results.flatMap((workload) => workload.results).reduce((sum, result) => sum + result.errors, 0);
  if (errors === 0) return;
  console.error(`${errors} requests failed: the numbers above are void`);
  process.exitCode = 1;
}

function rowsOf(results: readonly EchoResult[]): string[][] {
  const head = ['server', 'CPU µs/request', '± %', 'x C', 'x node:net', 'requests/s', 'p50 µs', 'p99 µs', 'max µs'];
  const rows = results.map((result) => [
    result.server,
    result.cpuPerRequest.toFixed(2),
    result.spreadPercent.toFixed(0),
    result.ratioToC?.toFixed(2) ?? '-',
    result.ratioToNodeNet?.toFixed(2) ?? '-',
    result.requestsPerSecond.toFixed(0),
    result.p50.toFixed(0),
    result.p99.toFixed(0),
    result.max.toFixed(0),
  ]);
  return [head, ...rows];
}

function verdictOf({ connections, size }: Workload, results: readonly EchoResult[]): string | undefined {
  const result = results.find(({ server }) => server === aim.server);
  if (`${connections}x${size}` !== aim.workload || result?.ratioToC == null || result.ratioToNodeNet === null)
    return undefined;
  const reached = result.ratioToC <= aim.ratioToC && result.ratioToNodeNet <= aim.ratioToNodeNet;
  const found = `${result.ratioToC.toFixed(2)} and ${result.ratioToNodeNet.toFixed(2)}`;
  return `Aim of ${aim.server}: at most ${aim.ratioToC} x C and ${aim.ratioToNodeNet} x node:net; ${found}: ${reached ? 'reached' : 'missed'}.`;
}
