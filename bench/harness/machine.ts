/** Where and of what a measurement was made: it stands at the top of every result. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';

/** What a reader needs to judge a number. */
export interface Machine {
  readonly date: string;
  /** The commit; `+ changes` when tracked or new files of the packages or of the bench differ from it. */
  readonly commit: string;
  readonly cpu: string;
  readonly processors: number;
  readonly kernel: string;
  /** What the kernel does with every segment it sends, on loopback too: tcp(7). */
  readonly congestionControl: string;
  readonly node: string;
  readonly cc: string;
  /** Load average of the last minute before the run: what else the machine was doing. */
  readonly loadAverage: number;
}

export function describeMachine(): Machine {
  const changes = output('git', ['status', '--porcelain', '--', ':/packages', ':/bench']);
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: output('git', ['rev-parse', '--short=12', 'HEAD']) + (changes === '' ? '' : ' + changes'),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    kernel: `Linux ${release()}`,
    congestionControl: readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'latin1').trim(),
    node: process.version,
    cc: output('cc', ['--version']).split('\n')[0]!,
    loadAverage: loadavg()[0]!,
  };
}

/** As lines of text, each a list item of markdown too. */
export function machineLines(machine: Machine): string[] {
  const { date, commit, cpu, processors, kernel, congestionControl, node, cc, loadAverage } = machine;
  return [
    `- ${date} UTC, commit ${commit}`,
    `- ${processors} x ${cpu}, ${kernel}, TCP with ${congestionControl}, load average before ${loadAverage.toFixed(2)}`,
    `- node ${node}, ${cc}`,
  ];
}

function output(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // a tarball without its git history can be measured too
    return 'unknown';
  }
}
