/**
 * One workload against all servers: every server and its load are started, warmed up, and then measured in turns, so
 * that whatever else the machine does falls on all of them.
 *
 *   runner ── "run 0.5" ──▶ load ◀── TCP on loopback ──▶ server
 *     ▲ ◀──── JSON ──────── load                           │
 *     └─────────────── CPU time, before and after ─────────┘
 */
import { Load, type LoadResult } from './load.ts';
import { cpuNanoseconds, processTree } from './process-tree.ts';
import { type Server, type ServerName, startServer } from './server.ts';
import { median, spreadPercent } from './statistics.ts';
import { type Workload, pinnedCpu } from './workload.ts';

/** One measurement of one server. */
export interface Round extends LoadResult {
  /** CPU time of the server's process tree, microseconds. */
  readonly cpuPerRequest: number;
}

/** Medians over the rounds of one server; times in microseconds. */
export interface EchoResult {
  readonly server: ServerName;
  readonly cpuPerRequest: number;
  readonly spreadPercent: number;
  /** `cpuPerRequest` over that of C and of `node:net` in the same run; `null` when those were not run. */
  readonly ratioToC: number | null;
  readonly ratioToNodeNet: number | null;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Over all rounds, as are the counts: the longest that a connection waited. */
  readonly max: number;
  readonly requests: number;
  readonly errors: number;
  readonly rounds: readonly Round[];
}

export interface EchoOptions {
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
}

interface Contestant extends Server {
  readonly name: ServerName;
  readonly load: Load;
  readonly rounds: Round[];
}

/** The results in the order of `options.servers`. */
export async function measureEcho(workload: Workload, options: EchoOptions): Promise<EchoResult[]> {
  await using stack = new AsyncDisposableStack();
  const contestants: Contestant[] = [];
  for (const name of options.servers) {
    const cpu = pinnedCpu(workload);
    const server = stack.use(await startServer(name, { cpu }));
    const load = stack.use(await Load.connect(server.port, workload.connections, workload.size, { cpu }));
    await load.run(options.warmup);
    contestants.push({ ...server, name, load, rounds: [] });
  }
  for (let round = 0; round < options.rounds; round++) {
    // each round starts with another one: nobody always follows the same neighbour
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      contestant.rounds.push(await measureRound(contestant, options.seconds));
    }
  }
  const cpuOf = (name: ServerName) => contestants.find((contestant) => contestant.name === name)?.rounds;
  return contestants.map(({ name, rounds }) => summarize(name, rounds, cpuOf('echo-epoll'), cpuOf('node-net')));
}

async function measureRound({ child, load }: Contestant, seconds: number): Promise<Round> {
  const pids = processTree(child.pid);
  const before = cpuNanoseconds(pids);
  const result = await load.run(seconds);
  const used = cpuNanoseconds(pids) - before;
  return { ...result, cpuPerRequest: used / 1000 / result.requests };
}

function summarize(server: ServerName, rounds: readonly Round[], c?: Round[], nodeNet?: Round[]): EchoResult {
  const cpu = medianCpu(rounds);
  return {
    server,
    cpuPerRequest: cpu,
    spreadPercent: spreadPercent(rounds.map((round) => round.cpuPerRequest)),
    ratioToC: c === undefined ? null : cpu / medianCpu(c),
    ratioToNodeNet: nodeNet === undefined ? null : cpu / medianCpu(nodeNet),
    requestsPerSecond: median(rounds.map(({ requests, seconds }) => requests / seconds)),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    max: Math.max(...rounds.map((round) => round.max)),
    requests: rounds.reduce((sum, round) => sum + round.requests, 0),
    errors: rounds.reduce((sum, round) => sum + round.errors, 0),
    rounds,
  };
}

function medianCpu(rounds: readonly Round[]): number {
  return median(rounds.map((round) => round.cpuPerRequest));
}
