/**
 * `scripts/dev node scripts/sanitize.mjs [TESTS…]`: builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer
 * beside the ordinary one, and runs the suites that use it (or the named ones) with it. Fails when a test does, or when
 * a sanitizer has reported anything, or when a process had another addon than the sanitized one. Needs gcc's libasan and
 * libubsan, which come with g++.
 *
 * Only Node runs with the sanitizers: curl hangs when they are loaded into it. So every Node of a run is started by a file
 * that loads them, and `sanitized.mjs` keeps them from what Node starts.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root, tryRun } from './toolchain.mjs';

const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer', '-g'];
const folder = join(root, '.p8', 'sanitize');
const reports = join(folder, 'reports');
const addons = join(folder, 'addons.txt');
const node = join(folder, 'bin', 'node');

buildAddon();
writeNode();
const tests = process.argv.slice(2);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const status = tryRun(
  node,
  [
    vitest,
    'run',
    ...(tests.length > 0 ? tests : ['packages/socket', 'packages/socketserver', 'packages/multiprocessing']),
  ],
  {
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  },
);
const found = readdirSync(reports);
for (const name of found) console.error(readFileSync(join(reports, name), 'utf8'));
const loaded = readFileSync(addons, 'utf8').trim().split('\n').filter(Boolean);
const plain = loaded.filter((path) => !path.startsWith(folder));
console.log(
  `sanitizers: ${found.length} reports; the addon of ${loaded.length} processes, ${plain.length} of them not sanitized`,
);
process.exitCode = status !== 0 || found.length > 0 || loaded.length === 0 || plain.length > 0 ? 1 : 0;

function buildAddon() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  writeFileSync(addons, '');
  const source = join(root, 'packages', 'syscall');
  for (const name of ['binding.gyp', 'package.json', 'native'])
    cpSync(join(source, name), join(folder, name), { recursive: true });
  const nodeGyp = createRequire(join(root, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  const flags = sanitizers.join(' ');
  execFileSync(
    process.execPath,
    [nodeGyp, 'rebuild', '--release', '--silent', `--nodedir=${dirname(dirname(process.execPath))}`],
    { cwd: folder, stdio: 'inherit', env: { ...process.env, CXXFLAGS: flags, npm_config_nodedir: undefined } },
  );
}

/** By `env`, since a shell drops variables whose names hold a slash. */
function writeNode() {
  const variables = {
    // where node-gyp-build looks instead of in the package
    '@P8/SYSCALL_PREBUILD': folder,
    NODE_OPTIONS: `--import=${join(root, 'scripts', 'sanitized.mjs')}`,
    P8_ADDONS: addons,
    P8_NODE: node,
    LD_PRELOAD: ['libasan.so', 'libubsan.so'].map(libraryPath).join(':'),
    // Node keeps much until its end, which is no leak of ours; descriptors are counted by the tests themselves
    ASAN_OPTIONS: `detect_leaks=0:handle_segv=2:handle_sigbus=2:log_path=${join(reports, 'report')}`,
    UBSAN_OPTIONS: `print_stacktrace=1:log_path=${join(reports, 'report')}`,
  };
  const words = Object.entries(variables).map(([name, value]) => `'${name}=${value}'`);
  mkdirSync(dirname(node), { recursive: true });
  writeFileSync(node, `#!/bin/sh\nexec env ${words.join(' ')} '${process.execPath}' "$@"\n`, { mode: 0o755 });
}

/** @param {string} name */
function libraryPath(name) {
  return execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
}
