/** The frames in the text of `error.stack`, read only: neither the stack nor `Error.prepareStackTrace` is touched. */
/** One call on a stack. */
export interface FrameSummary {
  /** A path; for code that is in no file, what V8 calls it. */
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  /** The function, `<anonymous>` if it has no name. */
  readonly name: string;
}

const frame = /^\s+at (?:(?:async )?(.*?) \()?(?:async )?(.+?):(\d+):(\d+)\)?$/;
/** Folders whose frames tell a user nothing about his program. */
const hidden: string[] = [`${import.meta.dirname}/`];

/** Leaves the frames of the files in a folder out of every traceback: for packages that call what a user gave them. */
export function hideFrames(folder: string): void {
  if (!hidden.includes(`${folder}/`)) hidden.push(`${folder}/`);
}

/**
 * The frames of an error, the most recent last as in Python, without Node's own and hidden ones. A line that is no
 * frame, such as the one between a thread's frames and those of its caller, is kept as text.
 */
export function stackOf(error: Error): (FrameSummary | string)[] {
  return parse(callsIn(error))
    .filter((line) => typeof line === 'string' || !isInternal(line.filename))
    .toReversed();
}

/** The place of a call: `depth` frames above `below`, outside of the given files. */
export function callerOf(
  below: Function,
  depth: number,
  skipFilePrefixes: readonly string[],
): FrameSummary | undefined {
  const holder = new Error();
  Error.captureStackTrace(holder, below);
  const frames = parse(callsIn(holder)).filter((line) => typeof line !== 'string');
  return frames.filter(({ filename }) => !skipFilePrefixes.some((prefix) => filename.startsWith(prefix)))[depth];
}

/** The lines after the message, which may itself look like a stack. */
function callsIn(error: Error): readonly string[] {
  let stack: unknown;
  let header: string;
  try {
    stack = error.stack;
    header = String(error);
  } catch {
    return []; // a getter that raises must not hide the error
  }
  if (typeof stack !== 'string') return [];
  if (stack.startsWith(header)) return stack.slice(header.length).split('\n').slice(1);
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => frame.test(line));
  return first === -1 ? [] : lines.slice(first);
}

function parse(lines: readonly string[]): (FrameSummary | string)[] {
  return lines.flatMap((line) => {
    const [, name, location, lineno, colno] = frame.exec(line) ?? [];
    if (location !== undefined)
      return { filename: pathOf(location), lineno: Number(lineno), colno: Number(colno), name: name ?? '<anonymous>' };
    return /^\s+at /.test(line) || line.trim() === '' ? [] : line.trim(); // a frame without a place is left out
  });
}

function pathOf(location: string): string {
  if (!location.startsWith('file:') || !URL.canParse(location)) return location;
  return process.getBuiltinModule('node:url').fileURLToPath(location);
}

function isInternal(filename: string): boolean {
  return filename.startsWith('node:') || hidden.some((folder) => filename.startsWith(folder));
}
