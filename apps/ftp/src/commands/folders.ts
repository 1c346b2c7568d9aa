/** PWD, CWD, CDUP, MKD, RMD: folders. */
import { resolvePath, formatPath } from '../path.ts';
import { type Reply, quoted, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

export const folderCommands: readonly Command[] = [
  {
    verb: 'PWD',
    syntax: 'PWD',
    needsLogin: true,
    argument: 'none',
    run: (session) => reply(257, `${quoted(session.folderPath)} is the current folder.`),
  },
  { verb: 'CWD', syntax: 'CWD path', needsLogin: true, argument: 'required', run: changeFolder },
  {
    verb: 'CDUP',
    syntax: 'CDUP',
    needsLogin: true,
    argument: 'none',
    run: (session) => changeFolder(session, '..'),
  },
  { verb: 'MKD', syntax: 'MKD path', needsLogin: true, argument: 'required', writes: true, run: makeFolder },
  { verb: 'RMD', syntax: 'RMD path', needsLogin: true, argument: 'required', writes: true, run: removeFolder },
];

/** The folder is remembered as a path and never entered by the process: it may vanish, and only its own use fails then. */
async function changeFolder(session: Session, path: string): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  await using view = await session.jail.folder(names);
  await view.stat();
  session.folder = names;
  return reply(250, `${quoted(session.folderPath)} is the current folder.`);
}

async function makeFolder(session: Session, path: string): Promise<Reply> {
  const names = resolvePath(session.folder, path);
  await using place = await session.jail.place(names, false);
  await place.mkdir(0o755);
  return reply(257, `${quoted(formatPath(names))} made.`);
}

async function removeFolder(session: Session, path: string): Promise<Reply> {
  await using place = await session.jail.place(resolvePath(session.folder, path), false);
  await place.rmdir();
  return reply(250, 'Folder removed.');
}
