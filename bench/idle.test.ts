import { expect, test } from 'vitest';
import { runBench } from './harness/run-bench.ts';
import { serversOf } from './harness/server.ts';

interface Report {
  readonly connections: number;
  readonly servers: readonly {
    readonly server: string;
    readonly bytesPerConnection: readonly { readonly atOnce: number; readonly collected: number }[];
  }[];
}

test('idle.ts measures every server and leaves nothing behind', async () => {
  const run = await runBench('idle.ts', ['--connections', '300', '--rounds', '1']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { connections, servers } = run.json as Report;
  expect(connections).toBe(300);
  expect(servers.map(({ server }) => server)).toEqual(serversOf('tcp'));
  for (const { bytesPerConnection } of servers) {
    expect(bytesPerConnection).toEqual([{ atOnce: expect.any(Number), collected: expect.any(Number) }]);
  }
  for (const name of serversOf('tcp')) expect(run.stdout).toContain(name);
});
