/**
 * A file over TCP: C's sendfile(2), a stream of node piped into `node:net`, and `sendfile` of `@p8/socket`. The file is in
 * the page cache; one client receives it and throws it away.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileServers, measureFile } from './harness/file-run.ts';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { requireBuild } from './harness/server.ts';
import { renderTable } from './harness/table.ts';

const help = `usage: scripts/dev node bench/file.ts [options]

Measures what sending a file costs a server. Build first: scripts/dev turbo build

  --mebibytes N    size of the file, in the folder for temporary files (1024)
  --rounds N       how often each server sends it (5)
  --json FILE      writes everything that was measured to FILE as well
  --markdown       prints the table as markdown
  --help           prints this

Servers:
${Object.entries(fileServers)
  .map(([name, { about }]) => `  ${name.padEnd(15)} ${about}`)
  .join('\n')}
`;

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const mebibytes = parseCount('--mebibytes', values.mebibytes);
  const rounds = parseCount('--rounds', values.rounds);
  requireBuild(Object.keys(fileServers));
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${mebibytes} MiB, ${rounds} rounds, in turns`].join('\n'));
  const results = await measureFile(mebibytes, rounds);
  const rows = results.map((result) => [
    result.server,
    result.cpuPerMebibyte.toFixed(0),
    result.spreadPercent.toFixed(0),
    result.ratioToC.toFixed(2),
    result.mebibytesPerSecond.toFixed(0),
  ]);
  console.log(`\n${renderTable([['server', 'CPU µs/MiB', '± %', 'x C', 'MiB/s'], ...rows], values.markdown)}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, mebibytes, servers: results }, null, 2)}\n`);
  }
}
