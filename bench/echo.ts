/**
 * Echo over TCP and unix sockets: `@p8/socket` against C, `node:net` and Python, in one run. `--help` tells the options; README.md tells
 * how to read the result. Nothing here imports our packages: only the servers do.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type EchoResult, measureEcho, rivalOf } from './harness/echo-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parsePositive, parseServers } from './harness/options.ts';
import { requireBuild, serverNames, servers, serversOf } from './harness/server.ts';
import { renderTable } from './harness/table.ts';
import { type Kind, type Workload, parseWorkload, workloadName, workloads } from './harness/workload.ts';

const help = `usage: scripts/dev node bench/echo.ts [options]

Measures echo servers in turns and prints the server's CPU time a request, its ratio to C and to a rival (node:net; CPython
for blocking calls), requests a second and latency. Build first: scripts/dev turbo build

  --rounds N      measurements of each server and workload (5)
  --seconds S     length of one measurement in seconds (0.5)
  --warmup S      length of the warm-up of each server in seconds (1)
  --only [KIND:]CxB  only this workload: connections x bytes, such as 64x1024; may be given again. Kinds: tcp; unix;
                  connect, each message over a connection of its own; blocking, servers with blocking calls; udp
                  (${workloads.map(({ kind, connections, size }) => `${kind}:${connections}x${size}`).join(' ')})
  --server NAME   only this server; may be given again
  --json FILE     writes everything that was measured to FILE as well
  --markdown      prints the tables as markdown
  --help          prints this

Servers:
${serverNames.map((name) => `  ${name.padEnd(15)} ${servers[name].about}`).join('\n')}
`;

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
  const names = parseServers(values.server);
  const options = {
    rounds: parseCount('--rounds', values.rounds),
    seconds: parsePositive('--seconds', values.seconds),
    warmup: parsePositive('--warmup', values.warmup),
  };
  const chosen = values.only?.map(parseWorkload) ?? workloads;
  requireBuild(names ?? serverNames);

  const machine = describeMachine();
  const { rounds, seconds } = options;
  console.log([...machineLines(machine), `- ${rounds} rounds of ${seconds} s each, in turns`].join('\n'));
  const results: (Workload & { readonly results: EchoResult[] })[] = [];
  for (const workload of chosen) {
    const chosenServers = serversOf(workload.kind).filter((name) => names?.includes(name) ?? true);
    const measured = await measureEcho(workload, chosenServers, options);
    results.push({ ...workload, results: measured });
    console.log(`\n${values.markdown ? '### ' : ''}${workloadName(workload)}\n`);
    console.log(renderTable(rowsOf(workload.kind, measured), values.markdown));
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, ...options, workloads: results }, null, 2)}\n`);
  }
  const errors = results.flatMap((workload) => workload.results).reduce((sum, result) => sum + result.errors, 0);
  if (errors === 0) return;
  console.error(`${errors} requests failed: the numbers above are void`);
  process.exitCode = 1;
}

function rowsOf(kind: Kind, results: readonly EchoResult[]): string[][] {
  const head = [
    'server',
    'CPU µs/request',
    '± %',
    'x C',
    `x ${rivalOf(kind)}`,
    'requests/s',
    'p50 µs',
    'p99 µs',
    'max µs',
  ];
  const rows = results.map((result) => [
    result.server,
    result.cpuPerRequest.toFixed(2),
    result.spreadPercent.toFixed(0),
    result.ratioToC?.toFixed(2) ?? '-',
    result.ratioToRival?.toFixed(2) ?? '-',
    result.requestsPerSecond.toFixed(0),
    result.p50.toFixed(0),
    result.p99.toFixed(0),
    result.max.toFixed(0),
  ]);
  return [head, ...rows];
}
