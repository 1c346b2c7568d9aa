/** `npm start`: builds what is missing and runs the FTP program; without arguments it serves this folder on loopback. */
import { join } from 'node:path';
import { install, root, tryRun } from './toolchain.mjs';

install();
const build = tryRun(
  'turbo',
  [
    'build',
    '--filter=@p8/ftp...',
    '--output-logs=errors-only',
    '--log-order=grouped',
    '--ui=stream',
    '--no-update-notifier',
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
if (build !== 0) process.exit(build);
const args = process.argv.slice(2);
process.exitCode = tryRun('node', [join('apps', 'ftp', 'dist', 'main.js'), ...(args.length > 0 ? args : ['serve'])]);
