import { describe, expect, test } from 'vitest';
import type { EchoResult } from './harness/echo-run.ts';
import type { Machine } from './harness/machine.ts';
import { runBench } from './harness/run-bench.ts';
import { serverNames } from './harness/server.ts';
import { type Workload, parseWorkload, workloadName, workloads } from './harness/workload.ts';

interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly workloads: readonly (Workload & { readonly results: readonly EchoResult[] })[];
}

describe('echo.ts', () => {
  const tiny = ['--rounds', '1', '--seconds', '0.1', '--warmup', '0.05'];
  const only = ['1x64', '8x1024', '3x65536'];

  test('every server echoes every workload without an error, and the report says where and what was measured', async () => {
    const run = await runBench('echo.ts', [...tiny, ...only.flatMap((workload) => ['--only', workload])]);
    expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });

    const report = run.json as Report;
    expect(report).toMatchObject({ rounds: 1, seconds: 0.1 });
    expect(report.machine).toMatchObject({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
      commit: expect.stringMatching(/^[0-9a-f]{12}( \+ changes)?$|^unknown/),
      cpu: expect.any(String),
      kernel: expect.stringContaining('Linux'),
      congestionControl: expect.stringMatching(/^\w+$/),
      node: process.version,
      cc: expect.any(String),
    });
    expect(report.workloads.map(({ connections, size }) => `${connections}x${size}`)).toEqual(only);
    for (const { results } of report.workloads) {
      expect(results.map((result) => result.server)).toEqual(serverNames);
      for (const result of results) {
        expect(result.errors).toBe(0);
        for (const number of positiveNumbers(result)) expect(number).toBeGreaterThan(0);
        expect(result.rounds).toHaveLength(1);
      }
      expect(results[0]).toMatchObject({ server: 'echo-epoll', ratioToC: 1 });
      expect(results[1]).toMatchObject({ server: 'node-net', ratioToNodeNet: 1 });
    }
    for (const name of serverNames) expect(run.stdout).toContain(name);
  });

  test('one server alone has no ratio, and its table is markdown when asked', async () => {
    const run = await runBench('echo.ts', [...tiny, '--only', '2x64', '--server', 'node-net', '--markdown']);
    expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
    const [result] = (run.json as Report).workloads[0]!.results;
    expect(result).toMatchObject({ server: 'node-net', ratioToC: null, ratioToNodeNet: 1 });
    expect(run.stdout).toMatch(/^\| node-net /m);
  });

  test('a wrong option is refused with a sentence that names it', async () => {
    for (const [args, sentence] of [
      [['--only', '64'], '--only: expected CONNECTIONSxBYTES such as 64x1024, got "64"'],
      [['--server', 'uvloop'], '--server: there is no uvloop'],
      [['--rounds', '0'], '--rounds: expected a number above 0, got 0'],
    ] as const) {
      const run = await runBench('echo.ts', args);
      expect(run.status).toBe(1);
      expect(run.stderr).toContain(sentence);
    }
  });

  test('--help tells every option and server', async () => {
    const { stdout, status } = await runBench('echo.ts', ['--help']);
    expect(status).toBe(0);
    for (const word of ['--rounds', '--seconds', '--warmup', '--only', '--server', '--json', '--markdown'])
      expect(stdout).toContain(word);
    for (const name of serverNames) expect(stdout).toContain(name);
  });
});

describe('workloads', () => {
  test('are 1, 64 and 1,000 connections with 64 B, 1 KiB and 64 KiB', () => {
    expect(workloads.map(workloadName)).toEqual(
      ['1', '64', '1000'].flatMap((connections) =>
        ['64 B', '1 KiB', '64 KiB'].map((size) => `${connections} x ${size}`),
      ),
    );
  });

  test('are read from connections x bytes', () => {
    expect(parseWorkload('64x1024')).toEqual({ connections: 64, size: 1024 });
    for (const wrong of ['', '64', 'x', '0x64', '64x0', '64x1KiB', '-1x4', '1.5x4'])
      expect(() => parseWorkload(wrong)).toThrow('expected CONNECTIONSxBYTES');
  });
});

function positiveNumbers({
  cpuPerRequest,
  requestsPerSecond,
  p50,
  p99,
  max,
  requests,
  ratioToC,
  ratioToNodeNet,
}: EchoResult): unknown[] {
  return [cpuPerRequest, requestsPerSecond, p50, p99, max, requests, ratioToC, ratioToNodeNet];
}
