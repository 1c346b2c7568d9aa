/** https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.RemoteError */
import { Exception } from '@p8/errors';

/** The server of a manager could not carry out a call, or could not send what came of it. Its own traceback is in `traceback`. */
export class RemoteError extends Exception {
  /** The traceback of the server, as its language writes it. */
  readonly traceback: string;

  constructor(traceback: string) {
    super(lastLineOf(traceback));
    this.traceback = traceback;
  }
}

/** Where Python says what happened; the lines before say where. */
function lastLineOf(traceback: string): string {
  const lines = traceback.trimEnd().split('\n');
  return (lines.findLast((line) => /^\w[\w.]*(: |$)/.test(line)) ?? lines.at(-1) ?? '').trim();
}
