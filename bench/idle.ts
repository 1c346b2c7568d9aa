/**
 * Memory of an idle connection: the growth of the server's anonymous memory (`Pss_Anon`) when many connections are
 * opened and have exchanged one byte, each server in a fresh process. The kernel's memory is not in it.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Growth, measureIdle } from './harness/idle-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount, parseServers } from './harness/options.ts';
import { type ServerName, requireBuild, serversOf } from './harness/server.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';

const help = `usage: scripts/dev node bench/idle.ts [options]

Measures the memory that an idle connection costs a server. Build first: scripts/dev turbo build

  --connections N  connections that are opened (5000)
  --rounds N       fresh processes of each server (3)
  --server NAME    only this server; may be given again
  --json FILE      writes everything that was measured to FILE as well
  --markdown       prints the table as markdown
  --help           prints this
`;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    server: { type: 'string', multiple: true },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const connections = parseCount('--connections', values.connections);
  const rounds = parseCount('--rounds', values.rounds);
  const servers = parseServers(values.server) ?? serversOf('tcp');
  requireBuild(servers);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${connections} connections, ${rounds} fresh processes each`].join('\n'));
  const results = new Map<ServerName, Growth[]>(servers.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, growths] of results) growths.push(await measureIdle(name, connections));
  }

  const head = ['server', 'KiB/connection', '± %', 'before a collection'];
  const rows = [...results].map(([name, growths]) => {
    const collected = growths.map((growth) => growth.collected / 1024);
    const atOnce = growths.map((growth) => growth.atOnce / 1024);
    return [name, median(collected).toFixed(2), spreadPercent(collected).toFixed(0), median(atOnce).toFixed(2)];
  });
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    const measured = [...results].map(([server, growths]) => ({ server, bytesPerConnection: growths }));
    writeFileSync(values.json, `${JSON.stringify({ machine, connections, servers: measured }, null, 2)}\n`);
  }
}
