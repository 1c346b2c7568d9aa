import { expect, test } from 'vitest';
import { type FileResult, fileServers } from './harness/file-run.ts';
import { runBench } from './harness/run-bench.ts';

test('file.ts has every server send the whole file, and leaves nothing behind', async () => {
  const run = await runBench('file.ts', ['--mebibytes', '3', '--rounds', '1']);
  expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
  const { mebibytes, servers } = run.json as { mebibytes: number; servers: FileResult[] };
  expect(mebibytes).toBe(3);
  expect(servers.map(({ server }) => server)).toEqual(Object.keys(fileServers));
  for (const { cpuPerMebibyte, mebibytesPerSecond } of servers) {
    expect(cpuPerMebibyte).toBeGreaterThan(0);
    expect(mebibytesPerSecond).toBeGreaterThan(0);
  }
  for (const name of Object.keys(fileServers)) expect(run.stdout).toContain(name);
});
