/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.RemoteError */
import { Exception, formatException } from '@p8/errors';

/** The server of a manager could not carry out a call, or could not send what came of it. Its own traceback is in `traceback`. */
export class RemoteError extends Exception {
  /** The traceback of the server, as its language writes it. */
  readonly traceback: string;

  constructor(traceback: string) {
    super(lastLineOf(traceback));
    this.traceback = traceback;
  }
}

/** The traceback of an error here, for a program in Python too. */
export function tracebackOf(error: unknown): string {
  return `${formatException(error).trimEnd()}\n`;
}

/** Where Python says what happened; the lines before say where. */
function lastLineOf(traceback: string): string {
  const lines = traceback.trimEnd().split('\n');
  return (lines.findLast((line) => /^\w[\w.]*(: |$)/.test(line)) ?? lines.at(-1) ?? '').trim();
}
