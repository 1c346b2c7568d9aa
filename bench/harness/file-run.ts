/** One file to one client at a time, by each server in turns. */
import { mkdtempSync, rmSync, writeSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { nativeProgram } from './native.ts';
import { startProgram, type Server } from './server.ts';
import { median, spreadPercent } from './statistics.ts';
import { cpuDuring, inTurns, ratioOfMedians } from './turns.ts';

/** Name of each server → what a reader must know of it, and what it is written in. */
export const fileServers = {
  'file-sendfile': { about: 'C, sendfile', language: 'C' },
  'file-node-pipe': { about: 'node:fs read stream piped into node:net', language: 'TypeScript' },
  'p8-sendfile': { about: '@p8/socket, await sendfile', language: 'TypeScript' },
} as const;

export type FileServerName = keyof typeof fileServers;

/** Medians over the rounds of one server. */
export interface FileResult {
  readonly server: FileServerName;
  /** Microseconds of the server's process tree. */
  readonly cpuPerMebibyte: number;
  readonly spreadPercent: number;
  readonly ratioToC: number;
  readonly mebibytesPerSecond: number;
}

const MEBIBYTE = 2 ** 20;

interface Contestant {
  readonly name: FileServerName;
  readonly server: Server;
  readonly sink: Child;
  readonly cpu: number[];
  readonly speed: number[];
}

export async function measureFile(mebibytes: number, rounds: number): Promise<FileResult[]> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'p8-bench-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  fill(file, mebibytes);
  const contestants: Contestant[] = [];
  for (const name of Object.keys(fileServers) as FileServerName[]) {
    const server = stack.use(await startProgram(name, fileServers[name].language, [file]));
    const sink = stack.use(new Child(nativeProgram('sink'), [server.address]));
    const contestant = { name, server, sink, cpu: [], speed: [] };
    await receive(contestant, mebibytes);
    contestants.push(contestant);
  }
  await inTurns(contestants, rounds, async (contestant) => {
    const work = () => receive(contestant, mebibytes);
    const [microseconds, seconds] = await cpuDuring(contestant.server.child.pid, work);
    contestant.cpu.push(microseconds / mebibytes);
    contestant.speed.push(mebibytes / seconds);
  });
  const [c] = contestants;
  return contestants.map(({ name, cpu, speed }) => ({
    server: name,
    cpuPerMebibyte: median(cpu),
    spreadPercent: spreadPercent(cpu),
    ratioToC: ratioOfMedians(cpu, c!.cpu)!,
    mebibytesPerSecond: median(speed),
  }));
}

/** Has the whole file sent once; returns the seconds that it took. */
async function receive({ name, sink }: Contestant, mebibytes: number): Promise<number> {
  const { bytes, seconds } = JSON.parse(await sink.ask('again')) as { bytes: number; seconds: number };
  if (bytes !== mebibytes * MEBIBYTE) throw new Error(`${name} sent ${bytes} bytes of ${mebibytes} MiB`);
  return seconds;
}

function fill(file: string, mebibytes: number): void {
  const fd = openSync(file, 'w');
  const part = Buffer.alloc(MEBIBYTE, 'p8');
  for (let i = 0; i < mebibytes; i++) writeSync(fd, part);
  closeSync(fd);
}
