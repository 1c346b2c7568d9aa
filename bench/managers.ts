/**
 * Calls of a dict of a manager, one after the other and a hundred together, against CPython's manager: free, and with client and server on one
 * processor, where no wake-up crosses processors.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, machineLines } from './harness/machine.ts';
import { parseCount } from './harness/options.ts';
import { median, spreadPercent } from './harness/statistics.ts';
import { renderTable } from './harness/table.ts';
import { inTurns, ratioOfMedians } from './harness/turns.ts';

const help = `usage: scripts/dev node bench/managers.ts [options]

Measures calls of managers against CPython's. Build first: scripts/dev turbo build

  --rounds N   measurements of each (5)
  --tenths N   how long one of them takes, in tenths of a second (4)
  --json FILE  writes everything that was measured to FILE as well
  --markdown   prints the tables as markdown
  --help       prints this
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    tenths: { type: 'string', default: '4' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Programs that print calls a second, the one to compare with first. */
const ways: Readonly<Record<string, readonly string[]>> = {
  CPython: ['python3', join(import.meta.dirname, 'managers', 'calls.py')],
  'p8, blocking': node('blocking'),
  'p8, await': node('promise'),
  'p8, a hundred together': node('together'),
};

const places: Readonly<Record<string, readonly string[]>> = { free: [], 'on one processor': ['taskset', '-c', '0'] };

if (values.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const [rounds, tenths] = [parseCount('--rounds', values.rounds), parseCount('--tenths', values.tenths)];
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} rounds of ${tenths / 10} s, in turns`].join('\n'));
  const results = [];
  for (const place of Object.keys(places)) results.push(...(await measure(place, rounds, tenths / 10)));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, rounds, tenths, results }, null, 2)}\n`);
}

/** Each program measures both calls, as starting it takes longer than they do. */
async function measure(place: string, rounds: number, seconds: number) {
  const runs = Object.entries(ways).map(([name, program]) => ({ name, program, perSecond: [] as number[][] }));
  await inTurns(runs, rounds, ({ program, perSecond }) => {
    const [command, ...args] = [...places[place]!, ...program, String(seconds)];
    perSecond.push(execFileSync(command, args, { encoding: 'utf8' }).split(' ').map(Number));
    return Promise.resolve();
  });
  return ['get', 'set'].map((call, i) => {
    const results = runs.map(({ name, perSecond }) => ({ name, perSecond: perSecond.map((both) => both[i]!) }));
    const rows = results.map(({ name, perSecond }) => [
      name,
      (median(perSecond) / 1000).toFixed(1),
      spreadPercent(perSecond).toFixed(0),
      ratioOfMedians(perSecond, results[0]!.perSecond)!.toFixed(2),
    ]);
    console.log(`\n${renderTable([[`${call}, ${place}`, 'k/s', '± %', 'x CPython'], ...rows], values.markdown)}`);
    return { place, call, ways: results };
  });
}

function node(way: string): readonly string[] {
  return [process.execPath, join(import.meta.dirname, 'managers', 'calls.ts'), way];
}
