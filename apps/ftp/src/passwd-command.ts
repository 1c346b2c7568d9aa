/** `p8-ftp passwd USER --users FILE`: adds a user, or changes or removes one. */
import { OSError, ValueError, attempt, except, raise } from '@p8/errors';
import { type Command, Option } from 'commander';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { changeUser } from './passwd.ts';
import { hashPassword } from './password.ts';
import { readPassword } from './read-password.ts';
import { UsageError } from './usage-error.ts';
import { type Access, type UserEntry, parseUsers } from './users.ts';

interface PasswdOptions {
  readonly users: string;
  readonly home?: string;
  readonly access?: Access;
  readonly remove?: boolean;
}

/** Adds the command to the program. */
export function addPasswdCommand(program: Command): void {
  program
    .command('passwd')
    .description('add a user to a users file, or change or remove one; asks for the password, or reads it from a pipe')
    .argument('<user>', 'the name to log in with')
    .requiredOption('--users <file>', 'the users file; made when it is not there')
    .option('--home <folder>', 'the home folder (default: the folder that is served)')
    .addOption(new Option('--access <what>', 'what the user may do (default: write)').choices(['read', 'write']))
    .addOption(new Option('--remove', 'remove the user').conflicts(['home', 'access']))
    .action(passwd);
}

async function passwd(name: string, options: PasswdOptions): Promise<void> {
  const home = options.home === undefined ? undefined : await checkHome(options.home);
  const hash = options.remove ? undefined : await hashPassword(await readPassword(`New password for ${name}: `));
  const change = (old: UserEntry | undefined): UserEntry | undefined => {
    if (hash === undefined) return undefined;
    const keptHome = home ?? old?.home;
    const entry: UserEntry = {
      name,
      password: hash,
      ...(keptHome === undefined ? {} : { home: keptHome }),
      access: options.access ?? old?.access ?? 'write',
    };
    parseUsers(JSON.stringify(entry), `the user ${name}`);
    return entry;
  };
  const refuse = (error: Error) => raise(new UsageError(error.message, { cause: error }));
  const done = await attempt(() => changeUser(options.users, name, change), except([ValueError, OSError], refuse));
  if (done === 'absent') throw new UsageError(`there is no user ${name} in ${options.users}`);
  console.log(`User ${name} ${done} in ${options.users}.`);
}

async function checkHome(folder: string): Promise<string> {
  const home = resolve(folder);
  const isFolder = await stat(home).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`--home ${folder}: there is no such folder; make it first`);
  return home;
}
