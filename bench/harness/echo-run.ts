/**
 * One workload against all servers: every server and its load are started, warmed up, and then measured in turns.
 *
 *   runner ── "run 0.5" ──▶ load ◀── TCP on loopback ──▶ server
 *     ▲ ◀──── JSON ──────── load                           │
 *     └─────────────── CPU time, before and after ─────────┘
 */
import { Load, type LoadResult } from './load.ts';
import { type Server, type ServerName, servers, startServer } from './server.ts';
import { median, spreadPercent } from './statistics.ts';
import { cpuDuring, inTurns, ratioOfMedians } from './turns.ts';
import { type Kind, type Workload, pinnedCpu } from './workload.ts';

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
  /** `cpuPerRequest` over that of C and of the rival in the same run; `null` when those were not run. */
  readonly ratioToC: number | null;
  readonly ratioToRival: number | null;
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
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
}

interface Contestant {
  readonly name: ServerName;
  readonly server: Server;
  readonly load: Load;
  readonly rounds: Round[];
}

/** Whom everybody compares with, besides C. */
export function rivalOf(kind: Kind): ServerName {
  if (kind === 'udp') return 'node-dgram';
  return kind === 'blocking' ? 'python-blocking' : 'node-net';
}

/** What the load has to do otherwise than to echo over one stream. */
const modes: Partial<Record<Kind, 'once' | 'udp'>> = { connect: 'once', udp: 'udp' };

/** The results in the order of `names`. */
export async function measureEcho(
  workload: Workload,
  names: readonly ServerName[],
  options: EchoOptions,
): Promise<EchoResult[]> {
  await using stack = new AsyncDisposableStack();
  const { kind, connections, size } = workload;
  const contestants: Contestant[] = [];
  for (const name of names) {
    const cpu = pinnedCpu(workload);
    const server = stack.use(await startServer(name, kind === 'unix', { cpu }));
    const load = stack.use(await Load.connect(server.address, connections, size, { cpu, mode: modes[kind] }));
    await load.run(options.warmup);
    contestants.push({ name, server, load, rounds: [] });
  }
  await inTurns(contestants, options.rounds, async ({ server, load, rounds }) => {
    const [microseconds, result] = await cpuDuring(server.child.pid, () => load.run(options.seconds));
    rounds.push({ ...result, cpuPerRequest: microseconds / result.requests });
  });
  const c = contestants.find(({ name }) => servers[name].language === 'C');
  const rival = contestants.find(({ name }) => name === rivalOf(kind));
  return contestants.map((contestant) => summarize(contestant, c, rival));
}

function summarize({ name, rounds }: Contestant, c?: Contestant, rival?: Contestant): EchoResult {
  const cpu = rounds.map(cpuOf);
  return {
    server: name,
    cpuPerRequest: median(cpu),
    spreadPercent: spreadPercent(cpu),
    ratioToC: ratioOfMedians(cpu, c?.rounds.map(cpuOf)),
    ratioToRival: ratioOfMedians(cpu, rival?.rounds.map(cpuOf)),
    requestsPerSecond: median(rounds.map(({ requests, seconds }) => requests / seconds)),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    max: Math.max(...rounds.map((round) => round.max)),
    requests: rounds.reduce((sum, round) => sum + round.requests, 0),
    errors: rounds.reduce((sum, round) => sum + round.errors, 0),
    rounds,
  };
}

function cpuOf(round: Round): number {
  return round.cpuPerRequest;
}
