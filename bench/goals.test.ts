import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';

test('goals.ts measures every row of the goal table, and tells whether it is reached', async () => {
  const short = ['--rounds', '1', '--seconds', '0.05', '--warmup', '0.05', '--mebibytes', '2', '--connections', '300'];
  const run = await runBench('goals.ts', short);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { rows } = run.json as { rows: { work: string; measured: number; goal: number; unit: string }[] };
  expect(rows.map(({ work, goal, unit }) => [work, goal, unit])).toEqual([
    ['TCP 64 x 1 KiB', 1.1, 'x C'],
    ['TCP 64 x 1 KiB', 1.2, 'x C'],
    ['TCP 64 x 1 KiB', 0.625, 'x node:net'],
    ['unix 64 x 1 KiB', 1.25, 'x C'],
    ['TCP 64 x 64 KiB', 1.15, 'x C'],
    ['TCP 64 x 64 KiB', 1.3, 'x C'],
    ['TCP 64 x 64 KiB', 2.1, 'x C'],
    ['TCP connect, exchange, close: 64 x 1 B', 1.4, 'x C'],
    ['UDP 16 x 64 B', 1.1, 'x C'],
    ['UDP 16 x 64 B', 1.3, 'x C'],
    ['TCP, blocking calls: 1 x 64 B', 1.1, 'x C'],
    ['TCP, blocking calls: 1 x 64 B', 1, 'x CPython'],
    ['a file of 2 MiB', 1, 'x C'],
    ['memory of an idle connection', 1.6, 'KiB'],
  ]);
  for (const { measured } of rows) expect(measured).toBeTypeOf('number');
  expect(run.stdout.match(/(reached|missed)$/gm)).toHaveLength(rows.length);
});
