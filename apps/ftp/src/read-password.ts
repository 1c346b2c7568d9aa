/** Reads a new password: twice and unseen from a terminal, or the first line of a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './usage-error.ts';

/** Asks for it, or reads it. Returns its bytes. Raises UsageError when there is none, or the two differ. */
export async function readPassword(prompt: string, input: NodeJS.ReadStream = process.stdin): Promise<Buffer> {
  const [password, again] = input.isTTY ? await askTwice(prompt, input) : [await firstLine(input)];
  if (password === '') throw new UsageError('a password cannot be empty');
  if (/[\r\n\0]/.test(password))
    throw new UsageError('a password cannot hold a line end or a NUL: FTP could not send it');
  if (again !== undefined && again !== password) throw new UsageError('the two passwords differ; nothing was changed');
  return Buffer.from(password);
}

/** One interface for both questions: a second one would not see what was typed ahead. */
async function askTwice(prompt: string, input: NodeJS.ReadStream): Promise<[string, string]> {
  // readline echoes to its output; this one swallows it
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: hidden, terminal: true });
  const typed = lines[Symbol.asyncIterator]();
  lines.once('SIGINT', () => lines.close());
  const ask = async (question: string) => {
    process.stderr.write(question);
    const { value, done } = await typed.next();
    process.stderr.write('\n');
    if (done) throw new UsageError('nothing was changed');
    return value;
  };
  try {
    return [await ask(prompt), await ask('The same again: ')];
  } finally {
    lines.close();
  }
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  throw new UsageError('no password came on standard input; type it at a terminal, or send it through a pipe');
}
