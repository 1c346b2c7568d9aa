/** `p8-ftp ls URL`: by MLSD, or by LIST where the server has no MLSD. */
import type { Entry } from './entry.ts';
import { isUnknownCommand, ProtocolError } from './errors.ts';
import type { FTP } from './ftp.ts';
import { printable } from './names.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './open-session.ts';

export interface LsOptions extends SessionOptions {
  readonly names?: boolean;
}

const LETTERS = { file: '-', dir: 'd', link: 'l', other: '?' } as const;

/** Prints the files of a folder, by name; with type, size and time (UTC) unless only names are wanted. */
export async function ls(signal: AbortSignal, address: string, options: LsOptions): Promise<void> {
  await using session = await openSession(address, options, signal);
  const { ftp, url } = session;
  const entries = await listFolder(ftp, url.path, signal);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(1, ...entries.map(({ size }) => String(size ?? '').length));
  for (const entry of entries) {
    const name = printable(entry.name);
    process.stdout.write(`${options.names ? name : `${details(entry, width)}  ${name}${target(entry)}`}\n`);
  }
}

/** The files of a folder by the best command that the server knows. */
async function listFolder(ftp: FTP, path: string, signal: AbortSignal): Promise<Entry[]> {
  try {
    return await ftp.mlsd(path, [], { signal });
  } catch (error) {
    if (!isUnknownCommand(error) && !(error instanceof ProtocolError && !ftp.closed)) throw error;
    return await ftp.list(path, { signal });
  }
}

function details({ type, size, modify }: Entry, width: number): string {
  const time = modify?.toISOString().slice(0, 16).replace('T', ' ') ?? ''.padEnd(16);
  return `${LETTERS[type]}  ${String(size ?? '').padStart(width)}  ${time}`;
}

function target(entry: Entry): string {
  return entry.target === undefined ? '' : ` -> ${printable(entry.target)}`;
}
