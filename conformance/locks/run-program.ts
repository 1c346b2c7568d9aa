/** Programs of their own, for what concerns a whole program: Ctrl-C, and whether it ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { asleep } from './asleep.ts';

/** How a program ended, and what it printed. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program; `act` is called when it has printed something. */
export async function run(program: string, act?: (child: ChildProcess) => void): Promise<Run> {
  const args = ['-C', '@p8/source', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = text(child.stdout);
  const errors = text(child.stderr);
  child.stdout.once('data', () => act?.(child));
  const [status] = (await once(child, 'exit')) as [number | null];
  return { status, output: await output, errors: await errors };
}

/** Ctrl-C, once the program sleeps. */
export function interrupt(child: ChildProcess): void {
  void asleep(child.pid!).then(() => child.kill('SIGINT'));
}
