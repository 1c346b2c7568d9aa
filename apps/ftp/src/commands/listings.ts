/** LIST, NLST, MLSD, MLST, and the listing of STAT: what is there. */
import { FileNotFoundError, NotADirectoryError } from '@p8/errors';
import { isPattern, matches } from '../glob.ts';
import type { FolderView, Jail } from '../jail.ts';
import { type Entry, factLine, isListable, listLine } from '../listing.ts';
import { type Names, formatPath, resolvePath } from '../path.ts';
import { type Reply, Refused, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

/** Entries that are looked at together: enough to keep libuv's threads busy, and one packet's worth of lines. */
const BATCH = 64;
/** STAT answers on the control connection, where a long listing would keep everything else waiting. */
const STAT_LIMIT = 1000;

const listing = { needsLogin: true, argument: 'optional', transfers: true } as const;

export const listingCommands: readonly Command[] = [
  { ...listing, verb: 'LIST', syntax: 'LIST [-a] [path]', run: list },
  { ...listing, verb: 'NLST', syntax: 'NLST [path]', run: nameList },
  { ...listing, verb: 'MLSD', syntax: 'MLSD [path]', run: machineList },
  { verb: 'MLST', syntax: 'MLST [path]', needsLogin: true, argument: 'optional', run: machineEntry },
];

/** Something to list: a folder, or what a path or a pattern names. Close it after use. */
interface Listed extends AsyncDisposable {
  entries(): AsyncGenerator<Entry[]>;
  /** What stands before each name, so that the client may use it as a path. */
  readonly prefix: string;
}

async function list(session: Session, argument: string): Promise<Reply> {
  const { path, all } = await readOptions(session, argument);
  await using listed = await find(session, path, all);
  const now = Date.now();
  return await sendLines(session, 'LIST', path, listed, (entry) => listLine(entry, now));
}

async function nameList(session: Session, argument: string): Promise<Reply> {
  const { path } = await readOptions(session, argument);
  await using listed = await find(session, path, false);
  return await sendLines(session, 'NLST', path, listed, (entry) => listed.prefix + entry.name);
}

async function machineList(session: Session, path: string): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  const { facts, canWrite } = session;
  try {
    await using listed = await openFolder(session.jail, names, '');
    return await sendLines(session, 'MLSD', path, listed, (entry) => factLine(entry, facts, canWrite));
  } catch (error) {
    if (error instanceof NotADirectoryError) throw new Refused(501, 'MLSD lists folders; MLST shows a file.');
    throw error;
  }
}

async function machineEntry(session: Session, path: string): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  await using place = await session.jail.place(names);
  const line = factLine({ name: formatPath(names), stat: await place.stat() }, session.facts, session.canWrite);
  return reply(250, 'Facts:', ` ${line}`, 'End.');
}

/** The lines that STAT shows for a path: 212 for a folder, 213 for a file. */
export async function statusOf(session: Session, path: string): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  const isFolder = await isThere(session, names, (stat) => stat.isDirectory());
  await using listed = await find(session, path, false);
  const now = Date.now();
  const lines: string[] = [];
  for await (const batch of listed.entries()) {
    lines.push(...batch.map((entry) => listLine(entry, now)));
    if (lines.length <= STAT_LIMIT) continue;
    lines.splice(STAT_LIMIT, Infinity, 'More; LIST shows all.');
    break;
  }
  return reply(isFolder ? 212 : 213, `Status of ${formatPath(names)}:`, ...lines, 'End.');
}

async function sendLines(
  session: Session,
  verb: string,
  path: string,
  listed: Listed,
  format: (entry: Entry) => string,
): Promise<Reply> {
  const label = `${verb} ${formatPath(resolvePath(session.folder, path))}`;
  return await session.runTransfer(label, 'Here it comes.', async (socket, progress) => {
    for await (const batch of listed.entries()) {
      const bytes = Buffer.from(batch.map((entry) => `${format(entry)}\r\n`).join(''), 'latin1');
      await socket.sendall(bytes);
      progress(bytes.length);
    }
  });
}

/** Options come first, then the path; but a folder may be called `-l`, and then it is the path. */
async function readOptions(session: Session, argument: string): Promise<{ path: string; all: boolean }> {
  const [, words = '', path = ''] = /^((?:-\S*(?: +|$))*)(.*)$/s.exec(argument) ?? [];
  if (words === '') return { path: argument, all: false };
  if (await isThere(session, resolvePath(session.folder, argument), () => true)) return { path: argument, all: false };
  if (words.includes('R')) throw new Refused(504, 'Listing a whole tree at once is not done here.');
  return { path, all: words.includes('a') };
}

async function find(session: Session, path: string, all: boolean): Promise<Listed> {
  const names = resolvePath(session.folder, path);
  const last = names.at(-1) ?? '';
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  await using place = await session.jail.place(names).catch((error: unknown) => {
    if (error instanceof FileNotFoundError && isPattern(last)) return undefined;
    throw error;
  });
  const stat = await place?.stat().catch((error: unknown) => {
    if (error instanceof FileNotFoundError && isPattern(last)) return undefined;
    throw error;
  });
  if (stat === undefined) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    return await openFolder(session.jail, names.slice(0, -1), folder, (name) => matches(last, name));
  }
  if (stat.isDirectory()) return await openFolder(session.jail, names, prefix, undefined, all);
  return single({ name: path, stat });
}

async function openFolder(
  jail: Jail,
  names: Names,
  prefix: string,
  wanted: (name: string) => boolean = () => true,
  withDots = false,
): Promise<Listed> {
  const view = await jail.folder(names);
  try {
    const all = (await view.names()).filter((name) => isListable(name) && wanted(name));
    return {
      prefix,
      entries: () => lookAt(jail, view, names, all, withDots),
      [Symbol.asyncDispose]: () => view[Symbol.asyncDispose](),
    };
  } catch (error) {
    await view[Symbol.asyncDispose]();
    throw error;
  }
}

async function* lookAt(
  jail: Jail,
  view: FolderView,
  at: Names,
  names: readonly string[],
  withDots: boolean,
): AsyncGenerator<Entry[]> {
  if (withDots) {
    const stat = await view.stat();
    // `..` shows the folder itself: of what is above the home, nothing may be known
    if (stat !== undefined) yield ['.', '..'].map((name) => ({ name, stat }));
  }
  for (let i = 0; i < names.length; i += BATCH) {
    const batch = names.slice(i, i + BATCH).map(async (name): Promise<Entry | undefined> => {
      const stat = await view.stat(name);
      if (stat === undefined) return undefined;
      return stat.isSymbolicLink() ? { name, stat, target: await jail.linkTarget([...at, name]) } : { name, stat };
    });
    yield (await Promise.all(batch)).filter((entry) => entry !== undefined);
  }
}

function single(entry: Entry): Listed {
  return {
    prefix: '',
    // oxlint-disable-next-line require-await -- one entry has nothing to wait for
    async *entries() {
      yield [entry];
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function isThere(session: Session, names: Names, check: (stat: Entry['stat']) => boolean): Promise<boolean> {
  try {
    await using place = await session.jail.place(names);
    return check(await place.stat());
  } catch (error) {
    if (error instanceof FileNotFoundError || error instanceof NotADirectoryError) return false;
    throw error;
  }
}
