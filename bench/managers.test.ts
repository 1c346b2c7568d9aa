import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';

test('managers.ts measures each way of a call, free and on one processor', async () => {
  const run = await runBench('managers.ts', ['--rounds', '1', '--tenths', '1']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { results } = run.json as {
    readonly results: readonly { readonly place: string; readonly call: string; readonly ways: readonly unknown[] }[];
  };
  expect(results.map(({ place, call, ways }) => [place, call, ways.length])).toEqual([
    ['free', 'get', 4],
    ['free', 'set', 4],
    ['on one processor', 'get', 4],
    ['on one processor', 'set', 4],
  ]);
}, 180_000);
