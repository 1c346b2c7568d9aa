import { describe, expect, test } from 'vitest';
import type { EchoResult } from './harness/echo-run.ts';
import type { Machine } from './harness/machine.ts';
import { runBench } from './harness/run-bench.ts';
import { serverNames, serversOf } from './harness/server.ts';
import { type Workload, parseWorkload, workloadName, workloads } from './harness/workload.ts';

interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly workloads: readonly (Workload & { readonly results: readonly EchoResult[] })[];
}

describe('echo.ts', () => {
  const tiny = ['--rounds', '1', '--seconds', '0.1', '--warmup', '0.05'];
  const only = ['tcp:1x64', 'tcp:8x1024', 'unix:3x65536', 'connect:4x1', 'blocking:1x64', 'udp:4x1400'];

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
    expect(report.workloads.map(({ kind, connections, size }) => `${kind}:${connections}x${size}`)).toEqual(only);
    for (const { kind, results } of report.workloads) {
      expect(results.map((result) => result.server)).toEqual(serversOf(kind));
      for (const result of results) {
        expect(result.errors).toBe(0);
        for (const number of positiveNumbers(result)) expect(number).toBeGreaterThan(0);
        expect(result.rounds).toHaveLength(1);
      }
      const yardsticks = { blocking: ['echo-blocking', 'python-blocking'], udp: ['udp-epoll', 'node-dgram'] };
      const [c, rival] = kind in yardsticks ? yardsticks[kind as 'udp'] : ['echo-epoll', 'node-net'];
      expect(results[0]).toMatchObject({ server: c, ratioToC: 1 });
      expect(results.find(({ server }) => server === rival)).toMatchObject({ ratioToRival: 1 });
    }
    for (const name of serversOf('tcp')) expect(run.stdout).toContain(name);
  });

  test('one server alone has no ratio, and its table is markdown when asked', async () => {
    const run = await runBench('echo.ts', [...tiny, '--only', '2x64', '--server', 'node-net', '--markdown']);
    expect(run).toMatchObject({ stderr: '', status: 0, leftBehind: [] });
    const [result] = (run.json as Report).workloads[0]!.results;
    expect(result).toMatchObject({ server: 'node-net', ratioToC: null, ratioToRival: 1 });
    expect(run.stdout).toMatch(/^\| node-net /m);
  });

  test('a wrong option is refused with a sentence that names it', async () => {
    for (const [args, sentence] of [
      [['--only', '64'], '--only: expected [KIND:]CONNECTIONSxBYTES such as unix:64x1024, got "64"'],
      [['--server', 'trio'], '--server: there is no trio'],
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
  test('are 1, 64 and 1,000 connections with 64 B, 1 KiB and 64 KiB over TCP, and a few of each other kind', () => {
    expect(workloads.map(workloadName)).toEqual([
      ...['1', '64', '1000'].flatMap((connections) =>
        ['64 B', '1 KiB', '64 KiB'].map((size) => `TCP ${connections} x ${size}`),
      ),
      'unix 64 x 1 KiB',
      'unix 64 x 64 KiB',
      'TCP connect, exchange, close: 64 x 1 B',
      'TCP, blocking calls: 1 x 64 B',
      'UDP 1 x 64 B',
      'UDP 1 x 1400 B',
      'UDP 16 x 64 B',
      'UDP 16 x 1400 B',
    ]);
  });

  test('are read from connections x bytes, with a kind before them that is not TCP echo', () => {
    expect(parseWorkload('64x1024')).toEqual({ kind: 'tcp', connections: 64, size: 1024 });
    expect(parseWorkload('unix:64x1024')).toEqual({ kind: 'unix', connections: 64, size: 1024 });
    for (const wrong of ['', '64', 'x', '0x64', '64x0', '64x1KiB', '-1x4', '1.5x4', 'sctp:1x4', ':1x4'])
      expect(() => parseWorkload(wrong)).toThrow('CONNECTIONSxBYTES');
    expect(() => parseWorkload('blocking:2x64')).toThrow('blocking servers serve 1 connection');
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
  ratioToRival,
}: EchoResult): unknown[] {
  return [cpuPerRequest, requestsPerSecond, p50, p99, max, requests, ratioToC, ratioToRival];
}
