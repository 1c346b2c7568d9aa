/** Commands made of their arguments, which are checked here: once, and before anything is sent. */
import { ValueError } from '@p8/errors';
import { isArgument } from './names.ts';

/** A command with its argument. Raises ValueError for what would end the command and begin another. */
export function verb(name: string, argument: string, parameter = 'path'): string {
  if (typeof argument !== 'string') throw new TypeError(`${parameter} must be a string, not ${typeof argument}`);
  if (!isArgument(argument)) {
    const shown = name === 'PASS' || name === 'ACCT' ? '' : `: ${JSON.stringify(argument)}`;
    throw new ValueError(`${parameter} must not contain CR, LF or NUL${shown}`);
  }
  return argument === '' ? name : `${name} ${argument}`;
}

/** Servers hand LIST's argument to `ls` or behave so: a folder called `-l` would be an option. */
export function notAnOption(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

/** Refuses what is no position in a file. */
export function checkOffset(method: string, parameter: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ValueError(`${method}(): ${parameter} must be a number of bytes from 0 up, not ${value}`);
  }
}
