/** The client's subcommands as a program of their own, for tests that run them. */
import { Command } from 'commander';
import { addClientCommands } from '../../src/client/commands.ts';

const program = new Command('p8-ftp');
addClientCommands(program);
await program.parseAsync();
