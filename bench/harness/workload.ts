/** What is sent: so many connections, each with one message of so many bytes outstanding. */
export interface Workload {
  readonly connections: number;
  readonly size: number;
}

/** The workloads of a full run. */
export const workloads: readonly Workload[] = [1, 64, 1000].flatMap((connections) =>
  [64, 1024, 65536].map((size) => ({ connections, size })),
);

/** `'64x1024'` → 64 connections, messages of 1,024 bytes. */
export function parseWorkload(text: string): Workload {
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (match === null)
    throw new Error(`--only: expected CONNECTIONSxBYTES such as 64x1024, got ${JSON.stringify(text)}`);
  return { connections: Number(match[1]), size: Number(match[2]) };
}

/** `'64 x 1 KiB'` */
export function workloadName({ connections, size }: Workload): string {
  return `${connections} x ${size % 1024 === 0 ? `${size / 1024} KiB` : `${size} B`}`;
}

/**
 * The processor that server and load are both pinned to. One exchange at a time is a game of waking up: across two
 * processors it takes 7 or 70 µs by chance, and the comparison would be of the scheduler's mood.
 */
export function pinnedCpu({ connections }: Workload): number | undefined {
  return connections === 1 ? 0 : undefined;
}
