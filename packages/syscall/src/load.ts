/** Finds and loads the addon, once for each thread that imports this module. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Syscalls } from './syscalls.ts';

const require = createRequire(import.meta.url);

function load(): Syscalls {
  if (process.platform !== 'linux') {
    throw new Error(`p8 runs on Linux; there is no build of its system calls for ${process.platform} yet`);
  }
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const find = require('node-gyp-build') as (directory: string) => Syscalls;
  try {
    return find(root);
  } catch (cause) {
    const fix = `build it with "npx node-gyp rebuild" in ${root} (needs g++, make and python3)`;
    throw new Error(`the addon of @p8/syscall is missing for ${process.platform} ${process.arch}: ${fix}`, { cause });
  }
}

export const syscalls: Syscalls = load();
