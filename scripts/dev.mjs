/** `scripts/dev COMMAND ARGS…`: one command of the pinned toolchain; without a command, only the installation. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, root, tryRun } from './toolchain.mjs';

if (existsSync(join(root, 'pnpm-lock.yaml'))) install();
const [command, ...args] = process.argv.slice(2);
if (command !== undefined) process.exitCode = tryRun(command, args);
