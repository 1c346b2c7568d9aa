import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';

test('locks.ts measures each lock alone and together', async () => {
  const run = await runBench('locks.ts', ['--rounds', '1', '--times', '500']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { results } = run.json as { readonly results: Record<string, readonly { readonly nanoseconds: number[] }[]> };
  for (const kinds of Object.values(results)) {
    expect(kinds.map(({ nanoseconds }) => nanoseconds)).toEqual(Array.from({ length: 5 }, () => [expect.any(Number)]));
  }
});

test(
  'process-locks.ts measures each lock alone, together, and how long waking takes',
  { timeout: 180_000 },
  async () => {
    const run = await runBench('process-locks.ts', ['--rounds', '1', '--times', '100']);
    expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
    const { results } = run.json as { readonly results: Record<string, readonly { readonly nanoseconds: number[] }[]> };
    const counts = Object.values(results).map((kinds) => kinds.flatMap(({ nanoseconds }) => nanoseconds).length);
    expect(counts).toEqual([4, 2, 4]);
  },
);

test('queues.ts measures each way of an item', async () => {
  const run = await runBench('queues.ts', ['--rounds', '1', '--times', '500']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { results } = run.json as {
    readonly results: readonly {
      readonly kind: string;
      readonly ways: readonly { readonly milliseconds: number[] }[];
    }[];
  };
  expect(results.map(({ kind, ways }) => [kind, ways.length])).toEqual([
    ['numbers', 5],
    ['objects', 5],
  ]);
});
