/** Lines of MLSD and MLST: `fact=value;fact=value; name` (RFC 3659, 7). */
import type { Entry, EntryType } from './entry.ts';
import { ProtocolError } from './errors.ts';
import { bareName } from './names.ts';
import { parseTime } from './reply-fields.ts';

/**
 * The entry of a line; undefined for the folder itself, its parent, and a name that cannot be used ({@link bareName}).
 * Raises ProtocolError when the line is none of MLSD's.
 */
export function parseMlsxLine(line: string): Entry | undefined {
  // facts hold no space, and exactly one stands before the name, which may begin with another
  const space = line.indexOf(' ');
  const list = line.slice(0, space);
  if (space < 0 || (list !== '' && !list.endsWith(';'))) {
    throw new ProtocolError('the server sent a line that is none of a MLSD listing', line);
  }
  const facts = parseFacts(list);
  const type = facts['type']?.toLowerCase() ?? '';
  const name = bareName(line.slice(space + 1));
  if (name === undefined || type === 'cdir' || type === 'pdir') return undefined;
  return {
    name,
    ...entryType(type, facts['type'] ?? ''),
    ...optional('size', wholeNumber(facts['size'] ?? facts['sizd'], 10)),
    ...optional('modify', parseTime(facts['modify'] ?? '')),
    ...optional('mode', wholeNumber(facts['unix.mode'], 8)),
    ...optional('owner', facts['unix.ownername'] ?? facts['unix.owner']),
    ...optional('group', facts['unix.groupname'] ?? facts['unix.group']),
    facts,
  };
}

function parseFacts(list: string): Readonly<Record<string, string>> {
  const facts: Record<string, string> = Object.create(null);
  for (const fact of list.split(';')) {
    const equals = fact.indexOf('=');
    if (equals > 0) facts[fact.slice(0, equals).toLowerCase()] = fact.slice(equals + 1);
  }
  return facts;
}

/** `OS.unix=slink:target` and `OS.unix=symlink` are links. */
function entryType(type: string, asSent: string): { readonly type: EntryType; readonly target?: string } {
  if (type === 'file' || type === 'dir') return { type };
  const link = /^os\.unix=(?:slink|symlink)(?::|$)/.exec(type)?.[0];
  if (link === undefined) return { type: type === '' ? 'file' : 'other' };
  const target = asSent.slice(link.length);
  return target === '' ? { type: 'link' } : { type: 'link', target };
}

function wholeNumber(text: string | undefined, radix: 8 | 10): number | undefined {
  if (text === undefined || !(radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) return undefined;
  const number = Number.parseInt(text, radix);
  return Number.isSafeInteger(number) ? number : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
