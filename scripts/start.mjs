/** `npm start`: builds what is missing and runs the FTP program; without arguments it serves a folder on loopback. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { become, install, pinnedNode, root, toolEnvironment } from './toolchain.mjs';

install();
const build = spawnSync('turbo', ['build', '--filter=@p8/ftp...', '--output-logs=errors-only'], {
  cwd: root,
  env: toolEnvironment(),
  encoding: 'utf8',
});
if (build.status !== 0) {
  console.error(`${build.stdout}${build.stderr}`);
  process.exit(build.status ?? 1);
}

const args = process.argv.slice(2);
become(pinnedNode(), [join(root, 'apps', 'ftp', 'dist', 'main.js'), ...(args.length > 0 ? args : ['serve'])], {
  cwd: process.env.INIT_CWD ?? root,
});
