/** Reads a new password: twice and unseen from a terminal, or the first line of a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './usage-error.ts';

/** Asks for it, or reads it. Returns its bytes. Raises UsageError when there is none, or the two differ. */
export async function readPassword(prompt: string, input: NodeJS.ReadStream = process.stdin): Promise<Buffer> {
  const password = input.isTTY ? await ask(prompt, input) : await firstLine(input);
  if (password === '') throw new UsageError('a password cannot be empty');
  if (/[\r\n\0]/.test(password))
    throw new UsageError('a password cannot hold a line end or a NUL: FTP could not send it');
  if (input.isTTY && (await ask('The same again: ', input)) !== password)
    throw new UsageError('the two passwords differ; nothing was changed');
  return Buffer.from(password);
}

function ask(prompt: string, input: NodeJS.ReadStream): Promise<string> {
  process.stderr.write(prompt);
  // readline echoes to its output; this one swallows it
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: hidden, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      reject(new UsageError('nothing was changed'));
    });
    lines.question('', (answer) => {
      lines.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  throw new UsageError('no password came on standard input; type it at a terminal, or send it through a pipe');
}
