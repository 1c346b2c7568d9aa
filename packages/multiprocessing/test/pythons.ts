/** The interpreters that are here: every Python from 3.8 on. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const versions = join(homedir(), '.pyenv/versions');

export const pythons: readonly string[] = [
  'python3',
  ...(existsSync(versions) ? readdirSync(versions) : [])
    .filter((name) => /^3\.(?:[89]|\d\d)\./.test(name))
    .map((name) => join(versions, name, 'bin/python3')),
];
