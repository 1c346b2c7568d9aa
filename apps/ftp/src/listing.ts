/** One line for one entry: the `ls -l` form of LIST, and the facts of MLST and MLSD (RFC 3659 §7). */
import type { BigIntStats } from 'node:fs';
import { formatPath, type Names } from './path.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Half a year: older, and the year takes the place of the time, as `ls` does. */
const RECENT = 182 * 86_400_000;

/** One entry of a folder. */
export interface Entry {
  readonly name: string;
  readonly stat: BigIntStats;
  /** Where a link leads, in the user's tree; undefined for what is no link, and for one that leads out or nowhere. */
  readonly target?: Names | undefined;
}

/** The facts this server knows, in the order it sends them. */
export const FACTS = ['type', 'size', 'modify', 'perm', 'unique', 'UNIX.mode'] as const;
export type Fact = (typeof FACTS)[number];

/**
 * A line of LIST, which every client since 1985 reads: three-letter months, times in UTC (no client can know another
 * zone), the year instead of the time when older than half a year or in the future.
 */
export function listLine({ name, stat, target }: Entry, now: number): string {
  const owner = String(stat.uid).padEnd(8);
  const group = String(stat.gid).padEnd(8);
  const arrow = target === undefined ? '' : ` -> ${formatPath(target)}`;
  const links = String(stat.nlink).padStart(3);
  const size = String(stat.size).padStart(12);
  return `${modeText(stat)} ${links} ${owner} ${group} ${size} ${listTime(Number(stat.mtimeMs), now)} ${name}${arrow}`;
}

/** The facts of an entry and its name, for MLSD and MLST: `type=file;size=12; name`. */
export function factLine(entry: Entry, facts: readonly Fact[], canWrite: boolean): string {
  return `${facts.map((fact) => factText(fact, entry, canWrite)).join('')} ${entry.name}`;
}

/** A time as RFC 3659 writes it: `YYYYMMDDHHMMSS` in UTC, and milliseconds unless they are 0. */
export function timeValue(milliseconds: number): string {
  const date = new Date(milliseconds);
  const text = date.toISOString().replaceAll(/[-T:Z]|\.\d+/g, '');
  const fraction = date.getUTCMilliseconds();
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(3, '0')}`;
}

/** Reads a time as {@link timeValue} writes it. Returns milliseconds since 1970; undefined if it is no time. */
export function parseTimeValue(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  // second 60 is a leap second, which the system's clock does not have
  time.setUTCHours(hour, minute, Math.min(second, 59));
  const isReal = time.getUTCMonth() === month - 1 && time.getUTCDate() === day && time.getUTCHours() === hour;
  if (!isReal || minute > 59 || second > 60) return undefined;
  return time.getTime() + Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
}

/** Whether a name can stand in a listing at all: a line end in it would make two entries of one. */
export function isListable(name: string): boolean {
  return !/[\r\n]/.test(name);
}

function modeText(stat: BigIntStats): string {
  const mode = Number(stat.mode);
  const letters = Array.from('rwxrwxrwx').map((letter, i) => ((mode & (0o400 >> i)) === 0 ? '-' : letter));
  if ((mode & 0o4000) !== 0) letters[2] = letters[2] === 'x' ? 's' : 'S';
  if ((mode & 0o2000) !== 0) letters[5] = letters[5] === 'x' ? 's' : 'S';
  if ((mode & 0o1000) !== 0) letters[8] = letters[8] === 'x' ? 't' : 'T';
  return typeLetter(stat) + letters.join('');
}

function typeLetter(stat: BigIntStats): string {
  if (stat.isDirectory()) return 'd';
  if (stat.isSymbolicLink()) return 'l';
  if (stat.isFIFO()) return 'p';
  if (stat.isSocket()) return 's';
  if (stat.isBlockDevice()) return 'b';
  return stat.isCharacterDevice() ? 'c' : '-';
}

function listTime(milliseconds: number, now: number): string {
  const date = new Date(milliseconds);
  const day = `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  const age = now - milliseconds;
  if (age > RECENT || age < 0) return `${day}  ${String(date.getUTCFullYear()).padStart(4, '0')}`;
  return `${day} ${String(date.getUTCHours()).padStart(2, '0')}:${String(date.getUTCMinutes()).padStart(2, '0')}`;
}

function factText(fact: Fact, { stat, target }: Entry, canWrite: boolean): string {
  switch (fact) {
    case 'type':
      return `type=${typeFact(stat, target)};`;
    case 'size':
      return stat.isFile() ? `size=${stat.size};` : '';
    case 'modify':
      return `modify=${timeValue(Number(stat.mtimeMs))};`;
    case 'perm':
      return `perm=${permissions(stat, canWrite)};`;
    case 'unique':
      return `unique=${stat.dev.toString(16)}g${stat.ino.toString(16)};`;
    case 'UNIX.mode':
      return `UNIX.mode=0${(Number(stat.mode) & 0o7777).toString(8)};`;
    default:
      return fact satisfies never;
  }
}

function typeFact(stat: BigIntStats, target: Names | undefined): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'dir';
  if (!stat.isSymbolicLink()) return 'OS.unix=special';
  // a semicolon would end the fact
  return target === undefined ? 'OS.unix=slink' : `OS.unix=slink:${formatPath(target).replaceAll(';', '%3B')}`;
}

/** What this user may try; the system's own permissions may still say no. */
function permissions(stat: BigIntStats, canWrite: boolean): string {
  if (stat.isDirectory()) return canWrite ? 'cdeflmp' : 'el';
  return canWrite ? 'adfrw' : 'r';
}
