/**
 * Programs of Debian that tests run as real peers. `requirePrograms` makes sure that they are there, once on a machine.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const LOCK = '/tmp/p8-debian.lock';
const POLICY = '/usr/sbin/policy-rc.d';
/** Installing a server on a slow machine, in seconds. */
const LONGEST_INSTALL = 280;

/**
 * Installs what is missing of the programs (name, or path of a file → Debian package), and returns when all are there. Several test files
 * may ask at once. Raises an Error that names the programs and the command when that is not possible here.
 *
 * @param {Record<string, string>} programs
 */
export function requirePrograms(programs) {
  if (missing(programs).length === 0) return;
  // flock waits for another test file that installs, and lets go when that one ends, however it ends
  closeSync(openSync(LOCK, 'a'));
  const names = [...new Set(missing(programs).map(([, name]) => name))];
  const command = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${names.join(' ')}`;
  const result = withoutStartingServices(() =>
    spawnSync('flock', ['-w', String(LONGEST_INSTALL), LOCK, 'sh', '-c', command], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }),
  );
  const still = missing(programs);
  if (still.length === 0) return;
  const reason = `${result.error?.message ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(
    `these tests need ${still.map(([program]) => program).join(', ')}: run, as root, ${command}\n${reason}`,
  );
}

/**
 * @param {Record<string, string>} programs
 * @returns {[program: string, debianPackage: string][]}
 */
function missing(programs) {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
  ];
  return Object.entries(programs).filter(([program]) =>
    program.startsWith('/') ? !existsSync(program) : !folders.some((folder) => existsSync(join(folder, program))),
  );
}

/**
 * Debian starts a server when its package is installed; a test wants the program, not a daemon on the real port.
 *
 * @template T
 * @param {() => T} install
 * @returns {T}
 */
function withoutStartingServices(install) {
  const isMine = process.getuid?.() === 0 && !existsSync(POLICY);
  if (isMine) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    return install();
  } finally {
    if (isMine) rmSync(POLICY, { force: true });
  }
}
