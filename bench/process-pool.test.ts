import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';
import { subjects } from './pools/process-pool.ts';

test('process-pool.ts measures every pool and leaves nothing behind', async () => {
  const run = await runBench('process-pool.ts', ['--tasks', '200', '--items', '1000', '--rounds', '1']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { pools } = run.json as { readonly pools: readonly { readonly pool: string; readonly bulk: number[] }[] };
  expect(pools.map(({ pool }) => pool)).toEqual([...Object.keys(subjects), 'python3 Pool']);
  for (const { bulk } of pools) expect(bulk).toEqual([expect.any(Number)]);
});

test('process-start.ts measures every kind of start', async () => {
  const run = await runBench('process-start.ts', ['--rounds', '1']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { starts } = run.json as { readonly starts: readonly { readonly milliseconds: number[] }[] };
  expect(starts.map(({ milliseconds }) => milliseconds.length)).toEqual([1, 1, 1]);
});
