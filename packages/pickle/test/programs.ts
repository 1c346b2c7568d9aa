/** Runs programs of this folder in processes of their own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a program on the package's sources, or on what was built of them. */
export function runProgram(
  path: string | URL,
  args: readonly string[] = [],
  what: 'sources' | 'built' = 'sources',
): Run {
  const program = typeof path === 'string' ? fileURLToPath(new URL(path, import.meta.url)) : fileURLToPath(path);
  const flags = what === 'built' ? [] : ['-C', '@p8/source'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, program, ...args], { encoding: 'utf8' });
  return { stdout, stderr, status };
}
