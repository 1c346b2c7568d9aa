/** `scripts/dev COMMAND ARGS…`: one command of the pinned toolchain; without a command, only the installation. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { become, install, root } from './toolchain.mjs';

// the first lockfile of a new workspace is made by `scripts/dev pnpm install`
if (existsSync(join(root, 'pnpm-lock.yaml'))) install();
const [command, ...args] = process.argv.slice(2);
if (command !== undefined) become(command, args, { cwd: root });
