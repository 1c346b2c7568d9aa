/**
 * Warnings, filtered as in Python and shown by Node: what passes the filters goes to `process.emitWarning`, so that
 * `process.on('warning')`, `--no-warnings` and `--trace-warnings` work as ever. The filters are those of this thread.
 *
 * https://docs.python.org/3/library/warnings.html
 */
import { DeprecationWarning, PendingDeprecationWarning, ResourceWarning, UserWarning, Warning } from './exceptions.ts';
import { callerOf } from './stack.ts';

/** What to do with a warning. */
export type WarningAction =
  | 'default' // show it once for each place that raises it
  | 'error' // raise it
  | 'ignore'
  | 'always' // show it every time
  | 'all' // the same, by its newer name
  | 'module' // show it once for each file
  | 'once'; // show it once

/** A warning category: `Warning` or a subclass of it. */
export type WarningType = typeof Warning;

export interface WarningFilter {
  /** How the text begins, without regard to case, or an expression that it matches. */
  readonly message?: string | RegExp;
  /** Default: `Warning`, which is every category. */
  readonly category?: WarningType;
  /** The file that warns: its path, or an expression that it matches. */
  readonly module?: string | RegExp;
  /** The line that warns. Default: any. */
  readonly lineno?: number;
  /** Whether to add the filter behind the others instead of before them. Default: false. */
  readonly append?: boolean;
}

export interface WarnOptions {
  /** Who is to blame: 1 is the caller of `warn`, 2 the caller of that function, and so on. Default: 1. */
  readonly stacklevel?: number;
  /** The object that it is about: an unclosed socket, say. */
  readonly source?: unknown;
  /** Files that are never to blame, by the beginning of their path. */
  readonly skipFilePrefixes?: readonly string[];
}

/** A warning that was recorded. */
export interface WarningMessage {
  readonly message: Warning;
  readonly category: WarningType;
  readonly filename: string;
  readonly lineno: number;
  readonly source?: unknown;
}

type Filter = { readonly action: WarningAction } & Omit<WarningFilter, 'append'>;
interface Place {
  readonly filename: string;
  readonly lineno: number;
}

/** Python's own list: deprecations are shown to the program itself, not to the users of a package that it uses. */
const initial: readonly Filter[] = [
  { action: 'default', category: DeprecationWarning, module: process.argv[1] ?? '' },
  { action: 'ignore', category: DeprecationWarning },
  { action: 'ignore', category: PendingDeprecationWarning },
  { action: 'ignore', category: ResourceWarning },
];

let filters = initial;
let record: WarningMessage[] | undefined;
const shown = new Set<string>(); // forgotten when a filter changes, as in Python
const shownOnce = new Set<string>();

/**
 * Warns, unless a filter ignores it. Raises the warning itself where a filter says `error`, and TypeError for a category
 * that is none. The message may be a warning object, which is its own category.
 */
export function warn(message: string | Warning, category?: WarningType, options: WarnOptions = {}): void {
  const { stacklevel = 1, source, skipFilePrefixes = [] } = options;
  let place: Place | undefined;
  const find = () => (place ??= callerOf(warn, Math.max(stacklevel, 1) - 1, skipFilePrefixes) ?? nowhere);
  report(message, category, find, source);
}

/** As {@link warn}, for a place given by the caller. */
export function warnExplicit(
  message: string | Warning,
  category: WarningType,
  filename: string,
  lineno: number,
  options: Pick<WarnOptions, 'source'> = {},
): void {
  report(message, category, () => ({ filename, lineno }), options.source);
}

/** Adds a filter before the others. The first filter that matches a warning decides. */
export function filterwarnings(action: WarningAction, filter: WarningFilter = {}): void {
  const { append = false, ...pattern } = filter;
  setFilters(append ? [...filters, { action, ...pattern }] : [{ action, ...pattern }, ...filters]);
}

/** Adds a filter that looks at the category only. */
export function simplefilter(
  action: WarningAction,
  category: WarningType = Warning,
  options: Pick<WarningFilter, 'lineno' | 'append'> = {},
): void {
  filterwarnings(action, { category, ...options });
}

/** Removes all filters, the initial ones too: every warning is shown once for each place. */
export function resetwarnings(): void {
  setFilters([]);
}

/** What {@link catchWarnings} gives: the warnings recorded so far. Disposing it brings the former filters back. */
export interface CaughtWarnings extends Disposable {
  readonly warnings: readonly WarningMessage[];
}

/**
 * Filters for a while: changes made until it is disposed are undone then. With `record`, warnings are kept instead of
 * shown; with `action`, it begins with that simple filter. Not for overlapping asynchronous tasks: the filters are one.
 *
 *     using caught = catchWarnings({ record: true, action: 'always' });
 */
export function catchWarnings(
  options: { readonly record?: boolean; readonly action?: WarningAction; readonly category?: WarningType } = {},
): CaughtWarnings {
  const before = { filters, record };
  const warnings: WarningMessage[] = [];
  if (options.record) record = warnings;
  if (options.action) simplefilter(options.action, options.category);
  else setFilters(filters);
  return {
    warnings,
    [Symbol.dispose]() {
      record = before.record;
      setFilters(before.filters);
    },
  };
}

/** `file:line: Category: text` and a line break, then the line of code if one is given: what Python prints. */
export function formatwarning(
  message: string | Warning,
  category: WarningType,
  filename: string,
  lineno: number,
  line = '',
): string {
  const text = typeof message === 'string' ? message : message.message;
  return `${filename}:${lineno}: ${category.name}: ${text}\n${line.trim() === '' ? '' : `  ${line.trim()}\n`}`;
}

/** The same function, warning at every call that it is deprecated: Python's decorator `deprecated`. */
export function deprecated<This, Args extends unknown[], R>(
  body: (this: This, ...args: Args) => R,
  message: string,
  { category = DeprecationWarning, stacklevel = 1 }: { category?: WarningType; stacklevel?: number } = {},
): (this: This, ...args: Args) => R {
  const replacement = function (this: This, ...args: Args): R {
    warn(message, category, { stacklevel: stacklevel + 1 });
    return body.apply(this, args);
  };
  return Object.defineProperty(replacement, 'name', { value: body.name, configurable: true });
}

const nowhere: Place = { filename: '<unknown>', lineno: 0 };

function setFilters(list: readonly Filter[]): void {
  filters = list;
  shown.clear();
}

function report(message: string | Warning, given: WarningType | undefined, find: () => Place, source: unknown): void {
  const category = message instanceof Warning ? (message.constructor as WarningType) : (given ?? UserWarning);
  if (typeof category !== 'function' || (category !== Warning && !(category.prototype instanceof Warning)))
    throw new TypeError(
      `warn: the category must be Warning or a subclass of it, not ${(category as { name?: string } | null)?.name ?? String(category)}`,
    );
  const warning = message instanceof Warning ? message : new category(message);
  const action = filters.find((filter) => applies(filter, warning, category, find))?.action ?? 'default';
  if (action === 'ignore') return;
  if (action === 'error') throw warning;
  const place = find();
  if (wasShown(action, warning, category, place)) return;
  const { filename, lineno } = place;
  const about = source === undefined ? {} : { source };
  if (record) record.push({ message: warning, category, filename, lineno, ...about });
  else show(warning, place);
}

function applies(filter: Filter, warning: Warning, category: WarningType, find: () => Place): boolean {
  const { message, module, lineno } = filter;
  if (filter.category && category !== filter.category && !(category.prototype instanceof filter.category)) return false;
  if (typeof message === 'string' && !warning.message.toLowerCase().startsWith(message.toLowerCase())) return false;
  if (message instanceof RegExp && warning.message.search(message) === -1) return false;
  if (typeof module === 'string' && find().filename !== module) return false;
  if (module instanceof RegExp && find().filename.search(module) === -1) return false;
  return !lineno || find().lineno === lineno;
}

function wasShown(action: WarningAction, warning: Warning, category: WarningType, place: Place): boolean {
  if (action === 'always' || action === 'all') return false;
  const where = action === 'once' ? [] : action === 'module' ? [place.filename] : [place.filename, place.lineno];
  const key = JSON.stringify([category.name, warning.message, ...where]);
  const known = action === 'once' ? shownOnce : shown;
  if (known.has(key)) return true;
  known.add(key);
  return false;
}

function show(warning: Warning, { filename, lineno }: Place): void {
  if (filename !== nowhere.filename)
    Reflect.defineProperty(warning, 'detail', { value: `    at ${filename}:${lineno}` });
  process.emitWarning(warning);
}
