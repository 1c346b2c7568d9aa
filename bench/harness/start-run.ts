/** Starts of several kinds in turns, compared with one of them. */
import { writeFileSync } from 'node:fs';
import { describeMachine, machineLines } from './machine.ts';
import { parseCount } from './options.ts';
import { median, spreadPercent } from './statistics.ts';
import { renderTable } from './table.ts';

/** Long enough for a spare to boot, in milliseconds. */
const SETTLE = 500;

export interface StartOptions {
  /** Name of each kind → starts one; resolves to the milliseconds that it took. */
  readonly kinds: Readonly<Record<string, () => Promise<number>>>;
  /** The kind that the others are compared with, and what the table calls it. */
  readonly rival: string;
  readonly rivalName: string;
  /** Decimals of the milliseconds. */
  readonly digits: number;
  /** Done once before. */
  readonly warmUp: () => Promise<unknown>;
}

/** What was said on the command line. */
interface StartValues {
  readonly rounds: string;
  readonly markdown: boolean;
  readonly json?: string | undefined;
}

/** Measures them, and prints the table. */
export async function compareStarts(
  { kinds, rival, rivalName, digits, warmUp }: StartOptions,
  values: StartValues,
): Promise<void> {
  const rounds = parseCount('--rounds', values.rounds);
  const machine = describeMachine();
  console.log([...machineLines(machine), `- ${rounds} starts of each kind`].join('\n'));
  const results = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
  await warmUp();
  for (let round = 0; round < rounds; round++) {
    for (const [kind, times] of results) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE));
      times.push(await kinds[kind]!());
    }
  }
  const slowest = median(results.get(rival)!);
  const head = ['start', 'ms', '± %', `x faster than ${rivalName}`];
  const rows = [...results].map(([kind, times]) => [
    kind,
    median(times).toFixed(digits),
    spreadPercent(times).toFixed(0),
    (slowest / median(times)).toFixed(1),
  ]);
  console.log(`\n${renderTable([head, ...rows], values.markdown)}`);
  if (values.json === undefined) return;
  const starts = [...results].map(([kind, milliseconds]) => ({ kind, milliseconds }));
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, starts }, null, 2)}\n`);
}
