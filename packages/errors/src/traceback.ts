/**
 * Errors as text, in Python's order and words: the oldest error first, in each the most recent call last, groups as a
 * tree, notes after the message.
 *
 * https://docs.python.org/3/library/traceback.html
 */
import { contextOf, newestOf, notesOf } from './context.ts';
import { isError } from './exceptions.ts';
import { repr } from './repr.ts';
import { type FrameSummary, stackOf } from './stack.ts';

export interface FormatOptions {
  /** Whether causes and contexts are shown too. Default: true. */
  readonly chain?: boolean;
  /** How many calls of each error: the outermost ones, or for a negative number the innermost. Default: all. */
  readonly limit?: number;
}

const causedBy = 'The above exception was the direct cause of the following exception:';
const during = 'During handling of the above exception, another exception occurred:';

/** Python's limits for groups: so many errors of one group, so many groups inside one another. */
const widest = 15;
const deepest = 10;

/** An error with its stack, causes, contexts, notes and groups, as text without a final line break. */
export function formatException(error: unknown, options: FormatOptions = {}): string {
  const lines: string[] = [];
  draw(error, 0, { lines, options, seen: new Set(), groups: new Set() });
  return lines.join('\n');
}

/** Only the last lines: the class, the message and the notes. */
export function formatExceptionOnly(error: unknown): string {
  return summary(error).join('\n');
}

/** Writes {@link formatException} and a line break to a stream. Default: `process.stderr`. */
export function printException(
  error: unknown,
  options: FormatOptions & { readonly file?: { write(text: string): unknown } } = {},
): void {
  (options.file ?? process.stderr).write(`${formatException(error, options)}\n`);
}

/** The calls of an error, the most recent last, without those of Node's insides and of {@link hideFrames}. */
export function extractTb(error: Error): readonly FrameSummary[] {
  return stackOf(error).filter((line) => typeof line !== 'string');
}

interface Drawing {
  readonly lines: string[];
  readonly options: FormatOptions;
  /** The errors of the chains so far, and the groups whose members were drawn: nothing is shown twice. */
  readonly seen: Set<unknown>;
  readonly groups: Set<unknown>;
}

/** Draws an error after those it came from. Says whether the last thing drawn was a group, whose frame is closed. */
function draw(error: unknown, depth: number, drawing: Drawing): boolean {
  let closed = false;
  for (const { value, words } of chainOf(error, drawing)) {
    const group = drawing.groups.has(value) ? undefined : membersOf(value);
    closed = group !== undefined && depth <= deepest;
    if (group && closed) drawGroup(value as Error, group, depth, drawing);
    else if (group) emit([`... (max_group_depth is ${deepest})`], depth, drawing);
    else emit([...calls(value, drawing), ...summary(value)], depth, drawing);
    if (words !== undefined) emit(['', words, ''], depth, drawing);
  }
  return closed;
}

function drawGroup(group: Error, members: readonly unknown[], outer: number, drawing: Drawing): void {
  drawing.groups.add(group);
  const depth = outer || 1;
  const [title, ...frames] = calls(group, drawing);
  if (title !== undefined) emit([`Exception Group ${title}`], depth, drawing, outer === 0 ? '+' : '|');
  emit([...frames, ...summary(group)], depth, drawing);
  const shown = members.slice(0, widest);
  const more = members.length - shown.length;
  let closed = false;
  const branch = (index: number, label: string) =>
    drawing.lines.push(
      `${' '.repeat(2 * depth)}${index === 0 ? '+-' : '  '}+---------------- ${label} ----------------`,
    );
  for (const [index, member] of shown.entries()) {
    branch(index, String(index + 1));
    closed = draw(member, depth + 1, drawing);
  }
  if (more > 0) {
    branch(widest, '...');
    emit([`and ${more} more exception${more === 1 ? '' : 's'}`], depth + 1, drawing);
    closed = false;
  }
  if (!closed) drawing.lines.push(`${' '.repeat(2 * depth + 2)}+------------------------------------`);
}

function emit(lines: readonly string[], depth: number, drawing: Drawing, margin = '|'): void {
  const prefix = depth === 0 ? '' : `${' '.repeat(2 * depth)}${margin} `;
  for (const line of lines.flatMap((text) => text.split('\n'))) drawing.lines.push(prefix + line);
}

/** The error and those it came from, oldest first, each with the words that lead to the next. */
function chainOf(error: unknown, { options, seen }: Drawing): { readonly value: unknown; readonly words?: string }[] {
  const chain: { value: unknown; words?: string }[] = [{ value: newestOf(error) }];
  seen.add(chain[0]!.value);
  while (options.chain !== false) {
    const { value } = chain[0]!;
    if (!isError(value)) break;
    const cause = guarded(() => value.cause);
    const older = cause === undefined ? contextOf(value) : newestOf(cause);
    if (older === undefined || older === null || seen.has(older)) break;
    seen.add(older);
    chain.unshift({ value: older, words: cause === undefined ? during : causedBy });
  }
  return chain;
}

/** The members of a group, of the platform's `AggregateError` too. */
function membersOf(value: unknown): readonly unknown[] | undefined {
  if (!(value instanceof AggregateError)) return undefined;
  const members: unknown = guarded(() => value.errors);
  return Array.isArray(members) ? members : undefined;
}

function calls(value: unknown, { options: { limit } }: Drawing): string[] {
  if (!isError(value)) return [];
  const stack = stackOf(value);
  const shown = limit === undefined ? stack : limit < 0 ? stack.slice(limit) : stack.slice(0, limit);
  return shown.length === 0 ? [] : ['Traceback (most recent call last):', ...shown.flatMap(formatFrame)];
}

function formatFrame(frame: FrameSummary | string): string[] {
  if (typeof frame === 'string') return [`  ${frame}`];
  const source = sourceLine(frame);
  const place = `  File "${frame.filename}", line ${frame.lineno}, in ${frame.name}`;
  return source === undefined ? [place] : [place, `    ${source}`];
}

/** The line of code; left out where the file is gone or the line is a bundle's. */
function sourceLine({ filename, lineno }: FrameSummary): string | undefined {
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs'); // an import would cost a millisecond
    const line = readFileSync(filename, 'utf8').split('\n')[lineno - 1]?.trim();
    return line === undefined || line === '' || line.length > 200 ? undefined : line;
  } catch {
    return undefined;
  }
}

function summary(value: unknown): string[] {
  if (!isError(value)) return [repr(value)];
  const text = (key: 'name' | 'message') => guarded(() => String(value[key] as unknown));
  const members = membersOf(value);
  const count = members && `(${members.length} sub-exception${members.length === 1 ? '' : 's'})`;
  const message = [text('message') ?? '<exception str() failed>', count].filter(Boolean).join(' ');
  const name = text('name') || 'Error';
  return [message === '' ? name : `${name}: ${message}`, ...notesOf(value)].flatMap((line) => line.split('\n'));
}

/** A getter that raises must not hide the error: `undefined` instead. */
function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
