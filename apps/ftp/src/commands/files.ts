/** DELE, RNFR, RNTO, SIZE, MDTM, MFMT, SITE CHMOD: files without their contents. */
import { FileNotFoundError } from '@p8/errors';
import { constants } from 'node:fs';
import { parseTimeValue, timeValue } from '../listing.ts';
import { resolvePath } from '../path.ts';
import { type Reply, Refused, reply } from '../replies.ts';
import type { Session } from '../session.ts';
import type { Command } from './command.ts';

const path = { needsLogin: true, argument: 'required' } as const;

export const fileCommands: readonly Command[] = [
  { ...path, verb: 'DELE', syntax: 'DELE path', writes: true, run: removeFile },
  { ...path, verb: 'RNFR', syntax: 'RNFR path', writes: true, run: renameFrom },
  { ...path, verb: 'RNTO', syntax: 'RNTO path', writes: true, run: renameTo },
  { ...path, verb: 'SIZE', syntax: 'SIZE path', run: size },
  { ...path, verb: 'MDTM', syntax: 'MDTM path', run: modified },
  { ...path, verb: 'MFMT', syntax: 'MFMT YYYYMMDDHHMMSS path', writes: true, run: setModified },
  { ...path, verb: 'SITE', syntax: 'SITE CHMOD mode path | SITE HELP', run: site },
];

async function removeFile(session: Session, argument: string): Promise<Reply> {
  await using place = await session.jail.place(resolvePath(session.folder, argument), false);
  if ((await place.stat()).isDirectory()) throw new Refused(550, 'That is a folder; RMD removes it.');
  await place.unlink();
  return reply(250, 'File removed.');
}

async function renameFrom(session: Session, argument: string): Promise<Reply> {
  const names = resolvePath(session.folder, argument);
  await using place = await session.jail.place(names, false);
  await place.stat();
  if (place.name === '') throw new Refused(550, 'The home folder stays.');
  session.renameFrom = names;
  return reply(350, 'Now RNTO, please.');
}

async function renameTo(session: Session, argument: string): Promise<Reply> {
  const from = session.renameFrom;
  session.renameFrom = undefined;
  if (from === undefined) return reply(503, 'Send RNFR just before.');
  const to = resolvePath(session.folder, argument);
  await using source = await session.jail.place(from, false);
  await using target = await session.jail.place(to, false);
  if (target.name === '') return reply(553, 'That is the home folder.');
  await source.rename(target);
  return reply(250, 'Renamed.');
}

async function size(session: Session, argument: string): Promise<Reply> {
  // the size after the conversion is what RFC 3659 wants, and nobody knows it without reading the file
  if (session.type === 'A') return reply(550, 'SIZE needs TYPE I.');
  const stat = await regularFile(session, argument);
  return reply(213, String(stat.size));
}

async function modified(session: Session, argument: string): Promise<Reply> {
  const stat = await regularFile(session, argument);
  return reply(213, timeValue(Number(stat.mtimeMs)));
}

async function setModified(session: Session, argument: string): Promise<Reply> {
  const space = argument.indexOf(' ');
  const time = parseTimeValue(argument.slice(0, Math.max(space, 0)));
  if (time === undefined) return reply(501, 'Usage: MFMT YYYYMMDDHHMMSS path');
  const name = argument.slice(space + 1);
  await using place = await session.jail.place(resolvePath(session.folder, name));
  await place.setModified(time / 1000);
  return reply(213, `Modify=${timeValue(time)}; ${name}`);
}

async function site(session: Session, argument: string): Promise<Reply> {
  const [, verb = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(argument) ?? [];
  if (verb.toUpperCase() === 'HELP') return reply(214, 'SITE knows CHMOD and HELP.');
  if (verb.toUpperCase() !== 'CHMOD') return reply(504, 'SITE knows CHMOD and HELP only.');
  if (!session.canWrite) return reply(550, 'Permission denied: you may only read here.');
  const [, digits, name] = /^0?([0-7]{3}) (.+)$/s.exec(rest) ?? [];
  if (digits === undefined || name === undefined) return reply(501, 'Usage: SITE CHMOD 644 path');
  await using place = await session.jail.place(resolvePath(session.folder, name));
  const file = await place.openFile(constants.O_RDONLY);
  try {
    await file.chmod(Number.parseInt(digits, 8));
  } finally {
    await file.close();
  }
  return reply(200, 'Mode changed.');
}

async function regularFile(session: Session, argument: string) {
  await using place = await session.jail.place(resolvePath(session.folder, argument));
  const stat = await place.stat();
  if (stat.isDirectory()) throw new Refused(550, 'That is a folder.');
  if (!stat.isFile()) throw new FileNotFoundError(2);
  return stat;
}
