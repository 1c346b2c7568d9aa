/** Where a password comes from, the safest place last in words and first in use: never from an argument of its own. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { KeyboardInterrupt, ValueError } from '@p8/errors';

export interface PasswordPlaces {
  /** Read it from standard input. */
  readonly stdin: boolean;
  /** What the URL says. */
  readonly url: string | undefined;
}

/**
 * The password for a user: from standard input if that was asked for, the URL, the environment (`P8_FTP_PASSWORD`), or
 * the terminal, where it is not shown. Raises ValueError when there is none of them.
 */
export async function findPassword(user: string, { stdin, url }: PasswordPlaces): Promise<string> {
  if (stdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (url !== undefined) return url;
  const { P8_FTP_PASSWORD: environment } = process.env;
  if (environment !== undefined) return environment;
  if (process.stdin.isTTY) return await ask(`Password for ${user}: `);
  throw new ValueError(`no password for ${user}: use --password-stdin, or set P8_FTP_PASSWORD`);
}

async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_data, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  // only now, when the terminal shows no typing any more
  process.stderr.write(question);
  const interrupt = new AbortController();
  terminal.once('SIGINT', () => interrupt.abort(new KeyboardInterrupt()));
  try {
    return await terminal.question('', { signal: interrupt.signal });
  } catch (error) {
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
