/**
 * The pinned toolchain on a machine that has only some Node and npm: pnpm at its pin in `.p8/`, the frozen lockfile
 * installed, and an environment whose `node` is the one from the lockfile. Plain JavaScript, because an old Node runs it.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.p8');
const bin = join(root, 'node_modules', '.bin');
const pin = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split('@')[1];

/** The path of the Node from the lockfile, or of the running one where no package carries a binary for this machine. */
export function pinnedNode() {
  const path = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : process.execPath;
}

/** The environment for every tool: pinned node, pnpm and the workspace's binaries first, no telemetry. */
export function toolEnvironment() {
  const path = [dirname(pinnedNode()), join(tools, 'node_modules', '.bin'), bin, process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

/** Brings pnpm and the dependencies in when they are missing or out of date; does nothing otherwise. */
export function install() {
  installPnpm();
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.p8-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing what p8 is built with; this happens once ...');
  const result = spawnSync('pnpm', ['install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    env: toolEnvironment(),
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    console.error(`${result.stdout}${result.stderr}`);
    process.exit(result.status ?? 1);
  }
  requireNode24();
  writeFileSync(stamp, lock);
}

/** Runs a tool with the pinned toolchain, its output shown; returns its exit status. */
export function tryRun(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: toolEnvironment(), ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Becomes a tool, as far as that is possible here: it has the terminal, gets the signals, and its end is ours. */
export function become(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env: toolEnvironment(), ...options });
  // Ctrl-C reaches it by the terminal; a signal sent to this process alone is passed on
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 127;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}

function installPnpm() {
  const manifest = join(tools, 'node_modules', 'pnpm', 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === pin) return;
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  // npm by its own path: a `node` in node_modules/.bin would make it look for its settings in the wrong place
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.env.npm_node_execpath ?? process.execPath, [npm]] : ['npm', []];
  const args = [
    ...first,
    'install',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--silent',
    `pnpm@${pin}`,
  ];
  execFileSync(command, args, { cwd: tools, stdio: ['ignore', 'inherit', 'inherit'] });
}

function requireNode24() {
  const version = execFileSync(pinnedNode(), ['--version'], { encoding: 'utf8' });
  if (Number(version.slice(1).split('.')[0]) >= 24) return;
  console.error(
    `p8 needs Node 24 or newer; this is ${version.trim()}, and there is no packaged Node for ${process.platform} ${process.arch}. Install Node 24 and run the command again.`,
  );
  process.exit(1);
}
