/** A thread or process that went away in the middle of its work. */
import { RuntimeError } from '@p8/errors';

/** The worker that did this was ended from outside of its work: by `process.exit`, for want of memory, or by a signal. */
export class WorkerLostError extends RuntimeError {
  /** What it gave to `process.exit`, or 1; of a process also minus the number of the signal that ended it. */
  readonly exitcode: number;
  /** The signal that ended the process; null for none, and for threads. */
  readonly signal: NodeJS.Signals | null;

  constructor(
    message: string,
    options: ErrorOptions & { readonly exitcode: number; readonly signal?: NodeJS.Signals | null },
  ) {
    super(message, options);
    this.exitcode = options.exitcode;
    this.signal = options.signal ?? null;
  }
}
