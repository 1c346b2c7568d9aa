/**
 * The whole check, as README's test command runs it: install, build, format, lint, types, layers, every test.
 * The last line is `N passed, N failed, N skipped`, counted from what really ran.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install, root, tryRun } from './toolchain.mjs';

const report = join(root, '.p8', 'vitest.json');
/** @type {[name: string, command: string, args: string[]][]} */
const steps = [
  ['build', 'turbo', ['build', '--output-logs=errors-only', '--log-order=grouped']],
  ['format', 'oxfmt', ['--check']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types', 'tsc', ['-p', 'tsconfig.tests.json']],
  ['layers', 'node', ['scripts/check-layers.ts']],
  [
    'tests',
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  ],
];

install();
mkdirSync(join(root, '.p8'), { recursive: true });
rmSync(report, { force: true });
const failed = [];
for (const [name, command, args] of steps) {
  console.log(`\n--- ${name}`);
  const status = tryRun(command, args);
  if (status !== 0) failed.push(name);
  // without a build nothing after it says anything true
  if (status !== 0 && name === 'build') break;
}

const counts = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
const broken = failed.filter((name) => name !== 'tests' || counts.numFailedTests === 0);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
process.exitCode = failed.length > 0 ? 1 : 0;
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests + broken.length} failed, ${skipped} skipped`);
