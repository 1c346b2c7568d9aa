/** Compiles the addon of packages/syscall with node-gyp against the running Node's own headers; nothing is downloaded. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './toolchain.mjs';

const prefix = dirname(dirname(process.execPath));
const args = ['rebuild', '--release', '--silent'];
if (existsSync(join(prefix, 'include', 'node', 'node_api.h'))) args.push(`--nodedir=${prefix}`);
const nodeGyp = createRequire(join(root, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
execFileSync(process.execPath, [nodeGyp, ...args], {
  cwd: join(root, 'packages', 'syscall'),
  stdio: 'inherit',
  // an npm setting of an older Node's headers must not win over the running one's
  env: { ...process.env, npm_config_nodedir: undefined },
});
