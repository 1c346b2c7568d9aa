/** The client's subcommands: `p8-ftp get`, `put`, `ls`, `rm`, `mkdir`, `mv`. */
import { EOFError, interruptible, KeyboardInterrupt, NotImplementedError, OSError, ValueError } from '@p8/errors';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { FTPError } from './errors.ts';
import { get } from './get.ts';
import { ls } from './ls.ts';
import { isArgument } from './names.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './open-session.ts';
import { put } from './put.ts';

const DEFAULT_TIMEOUT = 30;
const INTERRUPTED = 130;

/** Adds the client's subcommands to a program. Their failures are a line on stderr and exit status 1. */
export function addClientCommands(program: Command): void {
  withSession(program.command('get <url> [local]'))
    .description('download a file: to LOCAL, a file or folder or - for stdout, or to its own name here')
    .option('-c, --continue', 'go on with the .part file of an earlier download')
    .option('--checksum [sha256]', "print the file's SHA-256, or require this one")
    .option('-q, --quiet', 'print nothing but errors')
    .action(run(get));
  withSession(program.command('put <local> <url>'))
    .description('upload a file, - for stdin; to its own name if the URL ends in /')
    .option('-c, --continue', 'go on after the bytes that are there already')
    .option('-q, --quiet', 'print nothing but errors')
    .action(run(put));
  withSession(program.command('ls <url>'))
    .description('list a folder: type, size in bytes, time in UTC, name')
    .option('-1, --names', 'names only')
    .action(run(ls));
  withSession(program.command('rm <url>'))
    .description('remove a file, or with -d an empty folder')
    .option('-d, --dir', 'remove an empty folder')
    .action(run(rm));
  withSession(program.command('mkdir <url>')).description('make a folder').action(run(mkdir));
  withSession(program.command('mv <url> <path>'))
    .description('rename or move what the URL names to PATH, which is no URL')
    .action(run(mv));
}

function withSession(command: Command): Command {
  return command
    .option('--active', 'let the server make the data connections (PORT)')
    .addOption(new Option('--encoding <name>', "of the server's names").choices(['utf-8', 'latin1']).default('utf-8'))
    .option('--password-stdin', 'read the password from stdin; also: P8_FTP_PASSWORD, or a prompt')
    .option('--timeout <seconds>', 'of each answer and each stall; 0 is no limit', parseSeconds, DEFAULT_TIMEOUT)
    .option('-v, --verbose', 'show commands and replies');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw new InvalidArgumentError('It must be a number of seconds from 0 up.');
  }
  return seconds;
}

async function rm(signal: AbortSignal, address: string, options: SessionOptions & { dir?: boolean }): Promise<void> {
  await using session = await openSession(address, options, signal);
  const { ftp, url } = session;
  if (options.dir) await ftp.rmd(url.path, { signal });
  else await ftp.delete(url.path, { signal });
}

async function mkdir(signal: AbortSignal, address: string, options: SessionOptions): Promise<void> {
  await using session = await openSession(address, options, signal);
  await session.ftp.mkd(session.url.path, { signal });
}

async function mv(signal: AbortSignal, address: string, path: string, options: SessionOptions): Promise<void> {
  if (!isArgument(path) || /^ftps?:\/\//i.test(path)) throw new ValueError('path must be a path on the same server');
  await using session = await openSession(address, options, signal);
  await session.ftp.rename(session.url.path, path, { signal });
}

/** An action whose expected failures are shown as a sentence; Ctrl-C ends it with status 130 after its clean-up. */
function run<Args extends readonly unknown[]>(
  body: (signal: AbortSignal, ...args: Args) => Promise<void>,
): (...args: [...Args, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    try {
      await interruptible((signal) => body(signal, ...(args.slice(0, -1) as unknown as Args)));
    } catch (error) {
      if (error instanceof KeyboardInterrupt) {
        process.exitCode = INTERRUPTED;
        return;
      }
      if (!isExpected(error)) throw error;
      process.stderr.write(`p8-ftp ${command.name()}: ${error.message}\n`);
      process.exitCode = 1;
    }
  };
}

function isExpected(error: unknown): error is Error {
  return [FTPError, OSError, EOFError, ValueError, NotImplementedError].some((type) => error instanceof type);
}
