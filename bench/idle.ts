/**
 * Memory of an idle connection: the growth of the server's anonymous memory (`Pss_Anon`) when many connections are
 * opened and have exchanged one byte, each server in a fresh process. The kernel's memory is not in it.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Load } from './harness/load.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { anonymousBytes, processTree } from './harness/process-tree.ts';
import { type Server, type ServerName, isNative, requireBuild, serverNames, startServer } from './harness/server.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';

const help = `usage: scripts/dev node bench/idle.ts [options]

Measures the memory that an idle connection costs a server. Build first: scripts/dev turbo build

  --connections N  connections that are opened (5000)
  --rounds N       fresh processes of each server (3)
  --json FILE      writes everything that was measured to FILE as well
  --markdown       prints the table as markdown
  --help           prints this
`;

/** Bytes a connection. */
interface Growth {
  /** With whatever garbage accepting them has left. */
  readonly atOnce: number;
  /** After a full garbage collection. */
  readonly collected: number;
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await main(Number(values.connections), Number(values.rounds));

async function main(connections: number, rounds: number): Promise<void> {
  if (!(connections >= 1 && rounds >= 1)) throw new Error('--connections and --rounds: expected numbers above 0');
  requireBuild(serverNames);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${connections} connections, ${rounds} fresh processes each`].join('\n'));
  const results = new Map<ServerName, Growth[]>(serverNames.map((name) => [name, []]));
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
    const servers = [...results].map(([server, growths]) => ({ server, bytesPerConnection: growths }));
    writeFileSync(values.json, `${JSON.stringify({ machine, connections, servers }, null, 2)}\n`);
  }
}

async function measureIdle(name: ServerName, connections: number): Promise<Growth> {
  await using server = await startServer(name);
  {
    // code is compiled and pools exist before the memory is read for the first time
    await using first = await Load.connect(server.port, 64, 1);
    await first.run(0.2);
  }
  await collect(name, server);
  const before = anonymousBytes(processTree(server.child.pid));
  await using _load = await Load.connect(server.port, connections, 1);
  const atOnce = anonymousBytes(processTree(server.child.pid)) - before;
  await collect(name, server);
  const collected = anonymousBytes(processTree(server.child.pid)) - before;
  return { atOnce: atOnce / connections, collected: collected / connections };
}

async function collect(name: ServerName, { child }: Server): Promise<void> {
  if (!isNative(name)) await child.collectGarbage();
}
