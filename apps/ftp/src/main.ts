#!/usr/bin/env node
/** The program: `p8-ftp serve`, `p8-ftp passwd`, and the client's commands. */
import { OSError, formatException } from '@p8/errors';
import { Command } from 'commander';
import { addClientCommands } from './client/commands.ts';
import { addPasswdCommand } from './passwd-command.ts';
import { addServeCommand } from './serve-command.ts';
import { UsageError } from './usage-error.ts';

const program = new Command('p8-ftp')
  .description('an FTP server and client')
  .showHelpAfterError('(--help shows what there is)');
addServeCommand(program);
addPasswdCommand(program);
addClientCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  // what the operator can mend gets a sentence, a bug gets its traceback
  const isExpected = error instanceof UsageError || error instanceof OSError;
  console.error(isExpected ? `p8-ftp: ${error.message}` : formatException(error));
  process.exitCode = isExpected ? 2 : 1;
}
