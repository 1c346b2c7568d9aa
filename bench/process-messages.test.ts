import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';

test('process-messages.ts measures each way of a message', async () => {
  const run = await runBench('process-messages.ts', ['--rounds', '1', '--times', '300']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { results } = run.json as {
    readonly results: readonly {
      readonly title: string;
      readonly ways: readonly { readonly nanoseconds: number[] }[];
    }[];
  };
  expect(results.map(({ title, ways }) => [title, ways.length])).toEqual([
    ['text of 50 bytes', 7],
    ['1 MiB', 7],
    ['there and back, on one processor', 3],
  ]);
}, 180_000);
