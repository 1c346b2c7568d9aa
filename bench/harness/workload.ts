/** What is asked of a server: so many connections, each with one message of so many bytes outstanding. */

/**
 * Echo over TCP or a unix stream; `connect`: each message over a TCP connection of its own; `blocking`: servers that block
 * their thread, so one connection; `udp`: a datagram from each of so many sockets to one.
 */
export type Kind = 'tcp' | 'unix' | 'connect' | 'blocking' | 'udp';

export interface Workload {
  readonly kind: Kind;
  readonly connections: number;
  readonly size: number;
}

const titles: Record<Kind, string> = {
  tcp: 'TCP',
  unix: 'unix',
  connect: 'TCP connect, exchange, close:',
  blocking: 'TCP, blocking calls:',
  udp: 'UDP',
};

/** The workloads of a full run. */
export const workloads: readonly Workload[] = [
  ...[1, 64, 1000].flatMap((connections) =>
    [64, 1024, 65536].map((size) => ({ kind: 'tcp', connections, size }) as const),
  ),
  ...[1024, 65536].map((size) => ({ kind: 'unix', connections: 64, size }) as const),
  { kind: 'connect', connections: 64, size: 1 },
  { kind: 'blocking', connections: 1, size: 64 },
  ...[1, 16].flatMap((connections) => [64, 1400].map((size) => ({ kind: 'udp', connections, size }) as const)),
];

/** `'64x1024'` → 64 TCP connections, messages of 1,024 bytes; `'unix:64x1024'` over unix sockets. */
export function parseWorkload(text: string): Workload {
  const match = /^(?:(tcp|unix|connect|blocking|udp):)?([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (match === null) {
    throw new Error(`--only: expected [KIND:]CONNECTIONSxBYTES such as unix:64x1024, got ${JSON.stringify(text)}`);
  }
  const kind = (match[1] ?? 'tcp') as Kind;
  const connections = Number(match[2]);
  if (kind === 'blocking' && connections > 1) throw new Error('--only: blocking servers serve 1 connection');
  return { kind, connections, size: Number(match[3]) };
}

/** `'TCP 64 x 1 KiB'` */
export function workloadName({ kind, connections, size }: Workload): string {
  return `${titles[kind]} ${connections} x ${size % 1024 === 0 ? `${size / 1024} KiB` : `${size} B`}`;
}

/**
 * The processor that server and load are both pinned to. One exchange at a time is a game of waking up: across two
 * processors it takes 7 or 70 µs by chance, and the comparison would be of the scheduler's mood.
 */
export function pinnedCpu({ connections }: Workload): number | undefined {
  return connections === 1 ? 0 : undefined;
}
