/**
 * Lines of LIST in the form of `ls -l`, which every server of today sends but no standard describes.
 *
 *     drwxr-xr-x   2 anna  users   4096 Nov 24 11:54 name      this year: with the time
 *     -rw-r--r--+  1 anna  users    123 Feb  3  2019 name      older, or in the future: with the year
 *     lrwxrwxrwx   1 anna  users      6 Nov 24 11:54 name -> target
 *     crw-rw----   1 root  tty     5, 0 Nov 24 11:54 name      a device: two numbers instead of a size
 */
import type { Entry, EntryType } from './entry.ts';
import { bareName } from './names.ts';

const LINE = new RegExp(
  [
    /^(?<type>[-bcdlpsD])(?<mode>[-rwxsStTlL]{9})[+.@]? */, // the mark tells of an ACL or a security context
    /(?<links>\d+) +/,
    /(?:(?<owner>\S+) +(?:(?<group>\S.*?) +)?)?/, // a group may be missing; it may hold spaces ("Domain Users")
    /(?:\d+, *\d+|(?<size>\d+)) +/,
    /(?:(?<month>[A-Z][a-z]{2}) +(?<day>\d{1,2})|(?<day2>\d{1,2}) +(?<month2>[A-Z][a-z]{2})) +/,
    /(?:(?<hour>\d{1,2}):(?<minute>\d\d)|(?<year>\d{4})) /, // one space: the name may begin with more
    /(?<name>.*)$/s,
  ]
    .map((part) => part.source)
    .join(''),
  's',
);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TYPES: Readonly<Record<string, EntryType>> = { '-': 'file', d: 'dir', l: 'link' };
const DAY = 86_400_000;
/** A longer line is no line of `ls`; the pattern's work grows with the square of its length. */
const LONGEST = 8192;

/** `total 12`, which `ls` puts before a listing. */
export function isTotalLine(line: string): boolean {
  return /^total \d+\s*$/.test(line);
}

/**
 * The entry of a line, `'unusable'` for `.`, `..` and a name no command can hold, or undefined when the line has another
 * form. `now` decides the year of a date that has none: the latest that is not in the future by more than a day.
 */
export function parseListLine(line: string, now: Date = new Date()): Entry | 'unusable' | undefined {
  const fields = line.length > LONGEST ? undefined : LINE.exec(line)?.groups;
  if (!fields) return undefined;
  const modify = time(fields, now);
  const type = TYPES[fields['type'] ?? ''] ?? 'other';
  const [listed, target] = splitLink(fields['name'] ?? '', type);
  if (modify === undefined) return undefined;
  const name = bareName(listed);
  if (name === undefined) return 'unusable';
  const { size, owner, group } = fields;
  return {
    name,
    type,
    ...(size !== undefined && Number.isSafeInteger(Number(size)) && { size: Number(size) }),
    modify,
    mode: permissions(fields['mode'] ?? ''),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(target !== undefined && { target }),
    facts: {},
  };
}

/** A file may be called `a -> b`; only links are split, at the first arrow. */
function splitLink(name: string, type: EntryType): [name: string, target?: string] {
  const arrow = type === 'link' ? name.indexOf(' -> ') : -1;
  return arrow < 0 ? [name] : [name.slice(0, arrow), name.slice(arrow + 4)];
}

function time(fields: Readonly<Record<string, string | undefined>>, now: Date): Date | undefined {
  const month = MONTHS.indexOf(fields['month'] ?? fields['month2'] ?? '');
  const day = Number(fields['day'] ?? fields['day2']);
  const hour = Number(fields['hour'] ?? 0);
  const minute = Number(fields['minute'] ?? 0);
  if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  if (fields['year'] !== undefined) return date(Number(fields['year']), month, day, 0, 0);
  // the 29th of February may be up to eight years back
  for (let year = now.getUTCFullYear() + 1; year > now.getUTCFullYear() - 9; year--) {
    const guess = date(year, month, day, hour, minute);
    if (guess.getUTCMonth() === month && guess.getTime() <= now.getTime() + DAY) return guess;
  }
  return undefined;
}

function date(year: number, month: number, day: number, hour: number, minute: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour, minute);
  return date;
}

/** `rwxr-sr-t` as a number: the letters s and t stand in the places of x. */
function permissions(letters: string): number {
  let mode = 0;
  for (let place = 0; place < letters.length; place++) {
    const letter = letters.charAt(place);
    const bit = 1 << (8 - place);
    if (/[rwxst]/.test(letter)) mode |= bit;
    if (/[sStTlL]/.test(letter)) mode |= place === 2 ? 0o4000 : place === 5 ? 0o2000 : 0o1000;
  }
  return mode;
}
