/** Programs of Debian that tests need: installed when they are missing, once, whoever asks first. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One installation at a time on this machine; apt would only say that it is locked. */
const LOCK = join(tmpdir(), 'p8-debian-packages.lock');
/** A lock this old was left by a run that was killed, in milliseconds. */
const STALE = 10 * 60_000;

/**
 * Makes sure that programs are there: `await requirePrograms({ lftp: 'lftp', ftp: 'tnftp' })`, program to package. Waits
 * for apt-get if one is missing. Raises an error that names the package when it cannot be installed.
 */
export async function requirePrograms(packages: Readonly<Record<string, string>>): Promise<void> {
  if (missing(packages).length === 0) return;
  await withLock(() => {
    const names = missing(packages).map((program) => packages[program] as string);
    if (names.length > 0) install(names);
  });
  const left = missing(packages);
  if (left.length > 0) throw new Error(`installed, and still not on PATH: ${left.join(', ')}`);
}

function missing(packages: Readonly<Record<string, string>>): string[] {
  return Object.keys(packages).filter((program) => !isThere(program));
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      return statSync(join(folder, program)).isFile();
    } catch {
      return false;
    }
  });
}

function install(names: readonly string[]): void {
  const isRoot = process.getuid?.() === 0;
  const [command, before] = isRoot ? ['apt-get', []] : ['sudo', ['-n', 'apt-get']];
  const fix = `these tests need Debian's packages ${names.join(' ')}; install them with: apt-get install ${names.join(' ')}`;
  if (!isThere('apt-get')) throw new Error(`${fix} (this is no Debian)`);
  // an old index is enough more often than not, and a network that is down must not stop what needs none
  const options = { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  spawnSync(command, [...before, 'update', '-qq'], options);
  const run = [...before, 'install', '-y', '-qq', '--no-install-recommends', ...names];
  try {
    execFileSync(command, run, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`${fix}\n${(error as { stderr?: string }).stderr ?? ''}`, { cause: error });
  }
}

async function withLock(body: () => void): Promise<void> {
  for (;;) {
    try {
      closeSync(openSync(LOCK, 'wx'));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (age() > STALE) rmSync(LOCK, { force: true });
      else await delay(200);
    }
  }
  try {
    body();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function age(): number {
  try {
    return Date.now() - statSync(LOCK).mtimeMs;
  } catch {
    return 0;
  }
}
