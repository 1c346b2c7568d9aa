/** For the tests: runs a bench program to its end, in an environment by which its children can be found. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a bench program ended. */
export interface BenchRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote with `--json`, parsed; `undefined` when it wrote nothing. */
  readonly json: unknown;
  /** Processes it started that are still there. */
  readonly leftBehind: readonly number[];
}

/** Runs `bench/FILE ARGS --json …`. */
export async function runBench(file: string, args: readonly string[]): Promise<BenchRun> {
  const folder = mkdtempSync(join(tmpdir(), 'p8-bench-'));
  const marker = `P8_BENCH_RUN=${randomUUID()}`;
  try {
    const json = join(folder, 'result.json');
    const env = { ...process.env, P8_BENCH_RUN: marker.split('=')[1] };
    const command = [join(import.meta.dirname, '..', file), ...args, '--json', json];
    const ended = await new Promise<Pick<BenchRun, 'status' | 'stdout' | 'stderr'>>((resolve) => {
      execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
    return { ...ended, json: parseIfThere(json), leftBehind: processesWith(marker) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parseIfThere(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function processesWith(marker: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => environmentOf(pid).includes(marker)).map(Number);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    // it ended while we looked, or it is somebody else's
    return [];
  }
}
